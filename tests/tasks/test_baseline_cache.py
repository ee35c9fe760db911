"""Fitted baselines in the cache: fitted once, the same to the bit, and never those of other texts."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

import embedkit
from embedkit.errors import DataError
from embedkit.files import cache
from embedkit.interfaces.contracts import check_chosen
from embedkit.plugin.registry import build_registry
from embedkit.recipe.build import Part
from embedkit.recipe.sections.section import spec_of
from embedkit.tasks.baseline_cache import KeptBaseline, KeptFit, TrainingTexts, keeping_fits

WORDS = ["good", "fine", "great", "bad", "poor", "dull", "film", "plot", "cast"]
TEXTS = [f"{WORDS[i % 6]} {WORDS[6 + i % 3]} {WORDS[(i * 7) % 9]}" for i in range(60)]
LABELS = np.array([int(i % 6 >= 3) for i in range(60)])
CLASSES = ["neg", "pos"]
OTHERS = ["a good plot", "dull", ""]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("embedkit.tasks.baseline_cache.WORTH_KEEPING", 0.0)
    return tmp_path / "cache"


def part(name="naive-bayes", **parameters):
    """A baseline; by default the one that is fitted fastest of those that choose parameters."""
    return Part(build_registry(), "baseline", spec_of({"use": name, **parameters}), "baseline")


def kept(name="naive-bayes", **parameters):
    of = part(name, **parameters)
    return keeping_fits(of, of.make())


class NeverFits:
    """A baseline that can be restored, and that fails the test if it is fitted."""

    def __init__(self, baseline):
        self.restore = baseline.restore

    def fit(self, texts, labels, classes):
        raise AssertionError("fitted again")


def unfitted(name="naive-bayes"):
    """The baseline with its cache, which fails if it is fitted."""
    baseline = kept(name)
    return replace(baseline, baseline=NeverFits(baseline.baseline))


def paths(folder):
    return [path for path in folder.rglob("*") if path.is_file() and path.name != cache.TAG]


def files(folder):
    return sorted(path.name.split("-")[0] for path in paths(folder))


@pytest.mark.parametrize("name", ["majority", "naive-bayes", "nbsvm"])
def test_a_fit_is_found_and_gives_the_same_bits(name, folder):
    plain = part(name).make().fit(TEXTS, LABELS, CLASSES)
    expected = [plain.probabilities(TEXTS), plain.probabilities(OTHERS)]
    first = kept(name).fit(TEXTS, LABELS, CLASSES)
    assert np.array_equal(first.probabilities(TEXTS), expected[0])
    assert files(folder) == ["fit", "probabilities"]
    found = unfitted(name).fit(TEXTS, LABELS, CLASSES)
    assert isinstance(found, KeptFit)
    assert [*map(np.array_equal, map(found.probabilities, (TEXTS, OTHERS)), expected)] == [True, True]
    assert check_chosen(found) == check_chosen(first) == check_chosen(plain)
    assert files(folder) == ["fit", "probabilities", "probabilities"]


def test_several_labels_of_a_text(folder):
    labels = np.stack([LABELS == 1, np.arange(60) % 2 == 0], axis=1)
    expected = part().make().fit(TEXTS, labels, CLASSES).probabilities(OTHERS)
    kept().fit(TEXTS, labels, CLASSES)
    assert np.array_equal(unfitted().fit(TEXTS, labels, CLASSES).probabilities(OTHERS), expected)


def test_other_texts_labels_classes_and_parameters_are_other_entries():
    digests = {
        TrainingTexts(texts, labels, classes).digest
        for texts in (TEXTS, TEXTS[::-1], ["".join(TEXTS[:2]), "", *TEXTS[2:]])
        for labels in (LABELS, LABELS[::-1].copy(), LABELS == 1, np.eye(2)[LABELS] == 1)
        for classes in (CLASSES, CLASSES[::-1], ["ne", "gpos"], ["neg", "pos", "x"])
    }
    assert len(digests) == 3 * 4 * 4
    others = [kept(alpha=2.0), kept("majority"), kept(lowercase=False)]
    assert len({each.about for each in (kept(), *others)}) == 4


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-9], lambda content: b"", lambda content: content[::-1]]
)
def test_a_damaged_entry_is_made_again(folder, damage):
    expected = kept().fit(TEXTS, LABELS, CLASSES).probabilities(OTHERS)
    for path in paths(folder):
        path.write_bytes(damage(path.read_bytes()))
    assert np.array_equal(kept().fit(TEXTS, LABELS, CLASSES).probabilities(OTHERS), expected)
    assert np.array_equal(unfitted().fit(TEXTS, LABELS, CLASSES).probabilities(OTHERS), expected)


def test_the_cache_may_be_cleared_between_fit_and_use(folder):
    expected = part().make().fit(TEXTS, LABELS, CLASSES).probabilities(OTHERS)
    kept().fit(TEXTS, LABELS, CLASSES)
    found = kept().fit(TEXTS, LABELS, CLASSES)
    deleted = cache.trim(0)
    assert [entry.path.name for entry in deleted] == ["fit"]
    assert np.array_equal(found.probabilities(OTHERS), expected)


def test_what_is_not_kept(folder, install):
    few = kept().fit(TEXTS[:49], LABELS[:49], CLASSES)
    assert not isinstance(few, KeptFit)
    with pytest.raises(DataError):
        kept().fit([""] * 60, LABELS, CLASSES)
    assert files(folder) == []
    source = """
        from embedkit.plugin_api import hookimpl

        class Own:
            def fit(self, texts, labels, classes): ...
            def restore(self, state, classes, task): ...

        @hookimpl
        def register_baselines(register):
            register("own", Own)
    """
    install("own-baseline", source, entries=("own",))
    assert not isinstance(kept("own"), KeptBaseline)


def test_without_a_cache_that_can_be_written_it_is_fitted(folder):
    folder.mkdir()
    (folder / "somebody's").write_text("")
    expected = part().make().fit(TEXTS, LABELS, CLASSES).probabilities(OTHERS)
    assert np.array_equal(kept().fit(TEXTS, LABELS, CLASSES).probabilities(OTHERS), expected)
    assert [path.name for path in folder.iterdir()] == ["somebody's"]


TWO = """
import hashlib, logging, sys
import numpy as np
sys.path.insert(0, {here!r})
from test_baseline_cache import CLASSES, LABELS, OTHERS, TEXTS, kept
import embedkit.tasks.baseline_cache as of
of.WORTH_KEEPING = 0.0
logging.basicConfig(level=logging.INFO)
print("ready", flush=True)
sys.stdin.readline()
fitted = kept().fit(TEXTS, LABELS, CLASSES)
print(hashlib.sha256(fitted.probabilities(OTHERS).tobytes()).hexdigest())
"""


def test_two_processes_at_the_same_time_fit_once(folder, request):
    code = TWO.format(here=str(request.path.parent))
    pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    processes = [subprocess.Popen([sys.executable, "-c", code], **pipe) for _ in range(2)]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    told = [process.communicate() for process in processes]
    assert len({out for out, _ in told}) == 1
    assert sum(err.count("wrote the fit of 60 texts, by naive-bayes") for _, err in told) == 1, told
    assert "lock" not in files(folder)


def test_a_run_has_the_same_figures_with_and_without(folder, tmp_path, monkeypatch):
    monkeypatch.setattr("embedkit.tasks.baseline_cache.FEWEST_TEXTS", 10)
    recipe = {
        "name": "small",
        "data": {
            "train": {"use": "inline", "texts": TEXTS, "labels": [CLASSES[label] for label in LABELS]},
            "test": {"share": 0.25},
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 4},
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"baselines": ["majority", "naive-bayes"]},
    }
    metrics = []
    for name in ("first", "second"):
        run = embedkit.run(recipe, out=tmp_path / name)
        metrics.append((run.path / "metrics.json").read_bytes())
        assert files(folder) == ["fit"] * 2 + ["probabilities"] * 4
    assert metrics[0] == metrics[1]
