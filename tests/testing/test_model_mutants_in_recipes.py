"""What a recipe says to the mutants of encoders: an error or a warning, never a wrong result in silence."""

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
class Warned:
    """The recipe runs, and a warning says `message`."""

    message: str
    sections: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Unnoticed:
    """The recipe runs and says nothing of the fault: the reason is `why`."""

    why: str
    sections: dict = field(default_factory=dict)


EXPECTED = {
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
        "raised IndexError", {"data": {"texts": [*TEXTS, "great " * 130], "labels": [*LABELS, "good"]}}
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
    "encoder-deep-copy": Unnoticed("a run makes no copies of modules"),
}
KINDS = {"encoder"}


def test_every_mutant_of_these_kinds_is_here():
    assert {*EXPECTED} == {check.id for check in all_checks() if {*check.kinds} <= KINDS}


def _recipe(kind, sections):
    data = {"use": "inline", "texts": TEXTS, "labels": LABELS} | sections.get("data", {})
    place = {"encoder": {"encoder": "mutant"}}[kind]
    return {
        "name": "mutant",
        "data": {"train": data},
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 4},
        "oov": ["normal"],
        "encoder": "bag",
        "training": {"epochs": 1, "batch_size": 4},
        **{key: value for key, value in sections.items() if key != "data"},
        **place,
    }


@pytest.fixture
def recipe(check_id, install):
    """The recipe with the mutant of a check, which is installed, and with what the table changes."""
    source = (MUTANTS / f"{check_id.replace('-', '_')}.py").read_text(encoding="utf-8")
    install("embedkit-mutant", source, entries=["mutant"])
    (kind,) = next(check.kinds for check in all_checks() if check.id == check_id)
    return _recipe(kind, EXPECTED[check_id].sections)


def _ids(kind):
    return [check_id for check_id, expected in EXPECTED.items() if isinstance(expected, kind)]


@pytest.mark.parametrize("check_id", _ids(Refused))
def test_a_recipe_names_the_mutant_and_its_fault(check_id, recipe, tmp_path):
    with pytest.raises(EmbedkitError) as caught:
        embedkit.run(recipe, out=tmp_path / "run")
    assert EXPECTED[check_id].message in str(caught.value)
    assert "mutant" in str(caught.value)
    assert not (tmp_path / "run").exists()


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
