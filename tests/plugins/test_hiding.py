"""`hiding`, and the curve that is made with it."""

from __future__ import annotations

import json

import numpy as np
import pytest

import embedkit
from embedkit.interfaces import EmbeddingContext, Lookup
from embedkit.plugins import load_plugins
from embedkit.recipe.build import build_component
from embedkit.recipe.sections.section import spec_of
from embedkit.registry import build_registry


def choose(counts, share, seed):
    load_plugins()
    from embedkit_hiding.choosing import choose

    return choose(counts, share, seed)


COUNTS = {f"word{i}": 1000 // (i + 1) for i in range(500)}


@pytest.mark.parametrize("share", [0.1, 0.2, 0.4])
def test_the_share_is_hidden_and_frequencies_are_matched(share):
    hidden = choose(COUNTS, share, seed=1)
    assert len(hidden) == pytest.approx(share * 500, abs=1)
    by_frequency = sorted(COUNTS, key=lambda word: -COUNTS[word])
    for start in range(0, 500, 50):
        of_fifty = sum(word in hidden for word in by_frequency[start : start + 50])
        assert of_fifty == pytest.approx(share * 50, abs=1.01)


def test_another_seed_hides_others_and_the_same_seed_the_same():
    assert choose(COUNTS, 0.2, 1) == choose(dict(reversed(COUNTS.items())), 0.2, 1)
    assert choose(COUNTS, 0.2, 1) != choose(COUNTS, 0.2, 2)
    assert choose(COUNTS, 0.0, 1) == frozenset()


def opened(share, words, tokens):
    registry = build_registry()
    spec = spec_of({"use": "hiding", "hidden": share, "of": {"use": "random", "dim": 3}})
    embedding = build_component(registry, "embedding", spec, "embedding")
    return embedding.open(EmbeddingContext(4, words, lambda: tokens))


def test_what_is_hidden_is_not_found_and_the_rest_is_as_it_was():
    words = [f"w{i}" for i in range(100)]
    plain, hiding = opened(0.0, words, [words]), opened(0.3, words, [words])
    whole, rest = plain.lookup(words), hiding.lookup(words)
    assert isinstance(rest, Lookup)
    assert whole.found.all()
    assert (~rest.found).sum() == pytest.approx(30, abs=1)
    np.testing.assert_array_equal(rest.vectors[rest.found], whole.vectors[rest.found])
    assert not rest.vectors[~rest.found].any()
    assert (rest.rows[~rest.found] == -1).all()
    again = hiding.lookup(words[:50])
    np.testing.assert_array_equal(again.found, rest.found[:50])


def test_a_trained_model_that_opens_it_again_finds_the_words_that_it_had():
    words = [f"w{i}" for i in range(100)]
    assert opened(0.3, words, []).lookup(words).found.all()


def test_the_curve_is_written_and_printed(tmp_path, embedkit_command_here):
    run = embedkit.run("notebook-word2vec", out=tmp_path / "run", set={"training.epochs": 2})
    out = tmp_path / "curve"
    arguments = ["explain", run.path, "--hide", "0.4", "--seeds", "2", "--out", out]
    printed = embedkit_command_here(*arguments)
    curve = json.loads((out / "hiding.json").read_text())
    assert [point["hidden"] for point in curve["points"]] == [0.0, 0.4]
    covered = [point["content_covered"]["mean"] for point in curve["points"]]
    assert covered[0] == pytest.approx(6 / 15)
    assert covered[1] < covered[0]
    for point in curve["points"]:
        of_runs = [
            (made.predictions["label"] == made.predictions["predicted"]).mean()
            for made in (embedkit.Run(out / f"hide-{point['hidden']:g}-seed-{seed}") for seed in (7, 8))
        ]
        assert point["accuracy"]["folds"] == pytest.approx(of_runs)
        assert point["accuracy"]["mean"] == pytest.approx(np.mean(of_runs))
    assert "vectors hidden" in printed
    assert "40%" in printed
    first = embedkit.Run(out / "hide-0-seed-7")
    assert (first.path / "weights.safetensors").read_bytes() == (
        run.path / "weights.safetensors"
    ).read_bytes(), "with nothing hidden it is the run itself"
    before = (out / "hide-0.4-seed-8" / "log.jsonl").read_bytes()
    assert json.loads(embedkit_command_here(*arguments, "--json")) == curve
    assert (out / "hide-0.4-seed-8" / "log.jsonl").read_bytes() == before, "finished runs are left alone"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--hide", "0.1"], "--out"),
        (["--hide", "x", "--out", "o"], "no list of shares"),
        (["--hide", "1.5", "--out", "o"], "above 0 and below 1"),
    ],
)
def test_what_makes_no_curve_is_refused(tmp_path, capsys, options, says):
    from embedkit.cli import main

    run = embedkit.run("notebook-random", out=tmp_path / "run", set={"training.epochs": 1})
    with pytest.raises(SystemExit) as ended:
        main(["explain", str(run.path), *options])
    assert ended.value.code == 2
    assert says in capsys.readouterr().err


@pytest.fixture
def embedkit_command_here(capsys):
    from embedkit.cli import main

    def call(*arguments):
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([*map(str, arguments)])
        captured = capsys.readouterr()
        assert ended.value.code == 0, captured.err
        return captured.out

    return call
