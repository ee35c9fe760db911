"""`ablation`, and the curve that is made with it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import t

import embedkit
from embedkit.experiments.ablation import plan
from embedkit.interfaces import EmbeddingContext, Lookup
from embedkit.plugin.manager import load_plugins
from embedkit.plugin.registry import build_registry
from embedkit.recipe.build import Part
from embedkit.recipe.sections.section import spec_of
from embedkit.runs.axes import Axes
from embedkit.runs.reporter import Reporter


def choose(counts, share, seed):
    load_plugins()
    from embedkit_ablation.choosing import choose

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
    spec = spec_of({"use": "ablation", "hidden": share, "of": {"use": "random", "dim": 3}})
    embedding = Part(registry, "embedding", spec, "embedding").make()
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


def accuracies(run):
    return [(made.predictions["label"] == made.predictions["predicted"]).mean() for made in run.folds]


def test_the_curve_is_written_and_printed(tmp_path, embedkit_command_here):
    run = embedkit.run("notebook-word2vec", out=tmp_path / "run", set={"training.epochs": 2})
    out = tmp_path / "curve"
    arguments = ["explain", run.path, "--hide", "0.4", "--seeds", "2", "--out", out]
    told = embedkit_command_here(*arguments)
    assert told.err.startswith(
        "4 trainings: 0% and 40% of the vectors hidden, each 2 times (seed-7 to seed-8)\n"
    )
    curve = json.loads((out / "ablation.json").read_text())
    assert [point["hidden"] for point in curve["points"]] == [0.0, 0.4]
    covered = [point["content_covered"]["mean"] for point in curve["points"]]
    assert covered[0] == pytest.approx(6 / 15)
    assert covered[1] < covered[0]
    whole = accuracies(embedkit.Run(out / "hide-0"))
    for point in curve["points"]:
        of_runs = accuracies(embedkit.Run(out / f"hide-{point['hidden']:g}"))
        assert point["accuracy"]["folds"] == pytest.approx(of_runs)
        assert point["accuracy"]["mean"] == pytest.approx(np.mean(of_runs))
        assert point["change"]["folds"] == pytest.approx(np.subtract(of_runs, whole))
    assert "vectors" in told.out
    assert "40%" in told.out
    assert "Means over 2 seeds" in told.out
    hidden = embedkit.Run(out / "hide-0.4")
    assert [run.axes for run in (hidden, *hidden.folds)] == [
        Axes(hidden=0.4),
        *(Axes(seed=seed, hidden=0.4) for seed in (7, 8)),
    ]
    assert json.loads((hidden.path / "manifest.json").read_text())["axes"] == {"hidden": 0.4}
    first = embedkit.Run(out / "hide-0" / "folds" / "seed-7")
    assert (first.path / "weights.safetensors").read_bytes() == (
        run.path / "weights.safetensors"
    ).read_bytes(), "with nothing hidden it is the run itself"
    before = (out / "hide-0.4" / "log.jsonl").read_bytes()
    again = embedkit_command_here(*arguments, "--json")
    assert "; 4 of them are finished" in again.err
    assert json.loads(again.out) == curve
    assert (out / "hide-0.4" / "log.jsonl").read_bytes() == before, "finished runs are left alone"


WORDS = ["nice", "great", "best", "stop", "work", "highly"]


@pytest.fixture(scope="module")
def crossed(tmp_path_factory):
    """Three folds and two seeds of a frozen table of real vectors."""
    texts = [f"{WORDS[i % 6]} {WORDS[i // 6]} x{i}" for i in range(24)]
    embedding = {"use": "word2vec-binary", "path": "package:gensim/test/test_data/euclidean_vectors.bin"}
    recipe = {
        "name": "crossed",
        "seeds": [5, 2],
        "data": {
            "train": {"use": "inline", "texts": texts, "labels": ["a", "b", "b"] * 8},
            "folds": {"count": 3},
        },
        "tokenizer": "whitespace",
        "embedding": {**embedding, "trainable": "none"},
        "encoder": {"use": "bag"},
        "training": {"epochs": 2},
        "evaluation": {"metrics": ["accuracy"]},
    }
    return embedkit.run(recipe, out=tmp_path_factory.mktemp("runs") / "crossed")


def test_a_run_of_folds_and_seeds_is_made_again_with_its_own(crossed, tmp_path, embedkit_command_here):
    out = tmp_path / "curve"
    told = embedkit_command_here("explain", crossed.path, "--hide", "0.5", "--out", out)
    times = "each 6 times (fold-0-seed-2 to fold-2-seed-5)"
    assert told.err.startswith(f"12 trainings: 0% and 50% of the vectors hidden, {times}\n")
    whole, hidden = (embedkit.Run(out / name) for name in ("hide-0", "hide-0.5"))
    for made, own in zip(whole.folds, crossed.folds, strict=True):
        weights = [(run.path / "weights.safetensors").read_bytes() for run in (made, own)]
        assert weights[0] == weights[1], "with nothing hidden it is the run itself"
    assert "Means over 3 folds" in told.out
    curve = json.loads((out / "ablation.json").read_text())
    assert curve["over"] == "folds"
    changes = []
    for point, run in zip(curve["points"], (whole, hidden), strict=True):
        frame = run.predictions.assign(right=lambda each: each["label"] == each["predicted"])
        by_fold = frame.groupby("fold")["right"].mean()
        assert point["accuracy"]["folds"] == pytest.approx([*by_fold]), "seeds of a fold are averaged"
        covered = sum(map(sum, ([s == "covered" for s in states] for states in frame["token_states"])))
        assert point["content_covered"]["mean"] == pytest.approx(covered / frame["tokens"].sum())
        changes.append(by_fold)
    change = changes[1] - changes[0]
    assert curve["points"][1]["change"]["mean"] == pytest.approx(change.mean())
    half = t.ppf(0.975, 2) * np.sqrt((1 / 3 + 8 / 16) * change.var(ddof=1))
    assert curve["points"][1]["change"]["ci95"] == pytest.approx([change.mean() - half, change.mean() + half])


def test_an_interrupted_curve_goes_on_where_it_was(crossed, tmp_path):
    class Impatient(Reporter):
        started = 0

        def run(self, name, number, of):
            self.started += name.startswith("fold")
            if self.started == 4:
                raise KeyboardInterrupt

    registry, out = build_registry(), tmp_path / "curve"
    experiment = plan(crossed, [0.5], None, registry)
    with pytest.raises(KeyboardInterrupt):
        experiment.carry_out(out, Impatient())
    assert experiment.finished(out) == 3
    kept = out / "hide-0.partial" / "folds" / "fold-0-seed-2" / "log.jsonl"
    before = kept.read_bytes()
    experiment.carry_out(out, Reporter())
    assert experiment.finished(out) == 12
    assert (out / "hide-0" / "folds" / "fold-0-seed-2" / "log.jsonl").read_bytes() == before


def test_seeds_of_its_own_are_all_there_is(crossed, tmp_path, capsys):
    from embedkit.cli import main

    with pytest.raises(SystemExit) as ended:
        main(["explain", str(crossed.path), "--hide", "0.5", "--seeds", "3", "--out", str(tmp_path / "o")])
    assert ended.value.code == 2
    assert "this run has folds or seeds of its own" in capsys.readouterr().err


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
        return captured

    return call
