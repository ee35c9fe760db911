"""What a recipe says to mutants of encoders, metrics and baselines: a message, no silent wrong result."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import embedkit
from embedkit.errors import EmbedkitError
from embedkit.testing.suite import all_checks

MUTANTS = Path(__file__).parent / "mutants"
TEXTS = ["a great film", "a dull film", "great fun", "dull and slow", "great and fun", "a slow film"]
LABELS = ["good", "bad", "good", "bad", "good", "bad"]


@dataclass(frozen=True)
class Refused:
    """A recipe with the mutant, changed by `sections`, ends with an error that says `message`."""

    message: str
    sections: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Unloadable(Refused):
    """The recipe ends with the error when the run is complete: its results are there."""


@dataclass(frozen=True)
class Warned:
    """The recipe runs, and a warning says `message`."""

    message: str
    sections: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Unnoticed:
    """The recipe runs and says nothing of the fault: the reason is `why`."""

    why: str
    sections: dict = field(default_factory=dict)


LONG = {"use": "inline", "texts": ["great " * 130, *TEXTS], "labels": ["good", *LABELS]}
ENCODERS = {
    "encoder-output-dim": Refused("build(), output_dim: expected an integer from 1, got none"),
    "encoder-output-shape": Refused("shape [4, 4], got Tensor of torch.float32 and shape [4, 8]"),
    "encoder-output-dtype": Refused("got Tensor of torch.float64 and shape [4, 8]"),
    "encoder-batch-of-one": Refused("shape [1, 8], got Tensor of torch.float32 and shape [8]"),
    "encoder-one-token": Refused("cannot encode a text of 1 tokens: it raised RuntimeError"),
    "encoder-empty-text": Refused("gives NaN or infinity for a text of 0 tokens"),
    "encoder-weights-in-build": Refused("makes weights after it was built: late.bias, late.weight"),
    "encoder-repeatable": Refused("draws random numbers in evaluation"),
    "encoder-batch-independent": Refused("lets the other texts of a batch change what it gives"),
    "encoder-padding": Refused("lets padding change what it gives: a text of 3 tokens"),
    "encoder-padding-values": Refused("reads padding: texts of 7, 3, 1 and 0 tokens"),
    "encoder-long-text": Refused(
        "raised IndexError",
        {
            "data": {
                "train": {"use": "inline", "texts": ["great " * 130, *TEXTS], "labels": ["good", *LABELS]}
            }
        },
    ),
    "encoder-independent-builds": Refused("shares weights among the modules that it builds: layer.weight"),
    "encoder-any-width": Refused("it raised RuntimeError", {"embedding": {"use": "random", "dim": 5}}),
    "encoder-training-draws": Refused("draws from Python's global generator in training"),
    "encoder-finite-gradients": Refused("gives NaN or infinity as the gradient of the word vectors"),
    "encoder-input-gradient": Warned("no gradient reaches the word vectors: training leaves them"),
    "encoder-weight-gradients": Warned("no gradient reaches gate.bias, gate.weight: training leaves them"),
    "encoder-seed-left-alone": Refused("sets the seed of torch's generator in build"),
    "encoder-other-seed": Warned("its first weights are the same for every seed"),
    "encoder-save-load": Refused("has weights that torch does not train or save: first"),
    "encoder-has-weights": Refused(
        "has weights (layer.weight, layer.bias), and its class says has_weights = False",
        {
            "training": {"optimizer": "lbfgs"},
            "embedding": {"use": "random", "dim": 4, "trainable": "none"},
        },
    ),
    "encoder-mixed-precision": Refused(
        "raised RuntimeError", {"training": {"precision": "bf16", "epochs": 1}}
    ),
    "encoder-device": Unnoticed("without a GPU all tensors are on one device; on a GPU torch says it"),
    "encoder-deep-copy": Unnoticed("a run makes no copies of modules"),
}
WITH_TEST = {"data": {"test": {"use": "inline", "texts": ["unheard of", "", "a"], "labels": LABELS[:3]}}}
BASELINES = {
    "baseline-probabilities-shape": Refused("an array of float64 and shape [6, 2], got ndarray of float32"),
    "baseline-probabilities-sum": Refused("expected rows that add up to 1"),
    "baseline-each-task": Refused("fit() to 6 texts raised ValueError", {"data": {"label_separator": ","}}),
    "baseline-missing-class": Refused(
        "an array of float64 and shape [6, 3], got", {"data": {"labels": ["bad", "good", "neither"]}}
    ),
    "baseline-class-order": Warned(
        "predicts 0 of 6 training texts rightly: are its columns in another order?",
        {"data": {"labels": ["good", "bad"]}},
    ),
    "baseline-unseen-words": Refused("probabilities() of 3 texts raised KeyError", WITH_TEST),
    "baseline-empty-text": Refused("probabilities() of 3 texts raised ZeroDivisionError", WITH_TEST),
    "baseline-text-alone": Refused("probabilities: the text 'a slow film' gets others alone"),
    "baseline-fits-independent": Unnoticed("a fit is scored before the next one is made"),
    "baseline-nothing-to-learn": Refused(
        "fit() to 2 texts raised ValueError: max()",
        {"data": {"train": {"use": "inline", "texts": [" ", " "], "labels": ["good", "bad"]}}},
    ),
    "baseline-labels-read-only": Refused("fit() to 6 texts raised ValueError: output array is read-only"),
    "baseline-chosen": Refused("expected texts and numbers by name, got dict {'smoothing': None}"),
    "baseline-evidence": Unnoticed("a run asks for no evidence: `embedkit explain` does"),
    "baseline-state-and-restore": Unloadable("the baseline has no method 'restore'"),
    "baseline-state-plain": Refused("state().arrays['names']: expected an array of float64, float32"),
    "baseline-restores": Unloadable("gives other probabilities once it is loaded"),
    "baseline-restore-refuses": Unnoticed("what a run has written itself is not damaged"),
}
EARLY = {
    "data": {"validation": {"use": "inline", "texts": TEXTS, "labels": LABELS}},
    "training": {"epochs": 1, "early_stopping": {"metric": "mutant", "patience": 1}},
}
ONE_TEXT = {"data": {"test": {"use": "inline", "texts": ["a great film"], "labels": ["good"]}}}
CERTAIN = {
    "data": {"test": {"use": "inline", "texts": TEXTS, "labels": LABELS[::-1]}},
    "training": {"epochs": 3, "optimizer": "sgd", "lr": 1e6},
}
METRICS = {
    "tasks-are-known": Refused(
        "tasks: expected some of binary, multiclass, multilabel, got ('binary', 'multi"
    ),
    "metric-figure": Warned("score(): expected a number, a mapping or None, got list"),
    "metric-mapping": Warned("score(): expected keys that are strings, got tuple"),
    "metric-each-task": Warned(
        "score() raised IndexError",
        {"data": {"train": {"use": "inline", "texts": TEXTS, "labels": ["a", "b", "c", "a", "b", "c"]}}},
    ),
    "metric-absent-class": Warned("score() raised ZeroDivisionError", ONE_TEXT),
    "metric-one-text": Warned("score() raised ZeroDivisionError", ONE_TEXT),
    "metric-certain-probabilities": Warned("score() raised ValueError", CERTAIN),
    "metric-text-order": Warned(
        "score() gives 1.0 and, with the texts in another order, 0.0",
        {"data": {"train": {"use": "inline", "texts": ["a film"] * 4, "labels": ["b", "b", "a", "a"]}}},
    ),
    "metric-class-names": Warned("score() raised ValueError: tuple.index(x): x not in tuple"),
    "metric-read-only": Warned("score() raised ValueError: output array is read-only"),
    "metric-direction": Refused("gives 0 to perfect predictions and 1 to wrong ones, and says", EARLY),
}
KINDS = {"encoder", "metric", "baseline"}
EXPECTED = {**ENCODERS, **METRICS, **BASELINES}


def test_every_mutant_of_these_kinds_is_here():
    assert {*EXPECTED} == {check.id for check in all_checks() if {*check.kinds} <= KINDS}


def _recipe(kind, sections):
    train = {"use": "inline", "texts": TEXTS, "labels": LABELS}
    whole = {
        "name": "mutant",
        "data": {"train": train, **sections.get("data", {})},
        "tokenizer": "whitespace",
        **{key: value for key, value in sections.items() if key != "data"},
    }
    if kind == "baseline":
        return {**whole, "baseline": "mutant"}
    parts = {"embedding": {"use": "random", "dim": 4}, "oov": ["normal"], "encoder": "bag"}
    if kind == "encoder":
        parts["encoder"] = "mutant"
    else:
        whole["evaluation"] = {"metrics": ["accuracy", "mutant"], **whole.get("evaluation", {})}
    return {**parts, "training": {"epochs": 1, "batch_size": 4}, **whole}


@pytest.fixture
def recipe(check_id, install):
    """The recipe with the mutant of a check, which is installed, and with what the table changes."""
    source = (MUTANTS / f"{check_id.replace('-', '_')}.py").read_text(encoding="utf-8")
    install("embedkit-mutant", source, entries=["mutant"])
    kind = next(check.kinds[0] for check in all_checks() if check.id == check_id)
    return _recipe(kind, EXPECTED[check_id].sections)


def _ids(kind):
    return [check_id for check_id, expected in EXPECTED.items() if isinstance(expected, kind)]


@pytest.mark.parametrize("check_id", _ids(Refused))
def test_a_recipe_names_the_mutant_and_its_fault(check_id, recipe, tmp_path):
    with pytest.raises(EmbedkitError) as caught:
        embedkit.run(recipe, out=tmp_path / "run")
    assert EXPECTED[check_id].message in str(caught.value)
    assert "mutant" in str(caught.value)
    assert (tmp_path / "run").exists() == isinstance(EXPECTED[check_id], Unloadable)


@pytest.mark.parametrize("check_id", _ids(Warned))
def test_a_recipe_warns_of_the_fault(check_id, recipe, tmp_path, caplog):
    embedkit.run(recipe, out=tmp_path / "run")
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert [message for message in told if EXPECTED[check_id].message in message and "mutant" in message]


@pytest.mark.parametrize("check_id", _ids(Unnoticed))
def test_a_recipe_runs_where_the_fault_does_no_harm(check_id, recipe, tmp_path, caplog):
    assert EXPECTED[check_id].why
    embedkit.run(recipe, out=tmp_path / "run")
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
