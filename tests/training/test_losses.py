"""Class weights and label smoothing, from the recipe to the loss that is followed."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.utils.class_weight import compute_class_weight

import embedkit
from embedkit.data.labels import Labelling
from embedkit.errors import DataError, RecipeError
from embedkit.interfaces import Example
from embedkit.recipe.sections.training import Training
from embedkit.training.losses import class_weights, training_loss

TWO, THREE = Labelling(("neg", "pos")), Labelling(("a", "b", "c"))
SEVERAL = Labelling(("x", "y"), "|")
SETS = np.array([[1, 0], [1, 1], [0, 1], [1, 0]], bool)


@pytest.mark.parametrize(
    ("labelling", "targets"), [(TWO, [0, 1, 0, 0, 0]), (THREE, [0, 1, 2, 2, 2, 1, 0, 0, 0])]
)
def test_balanced_weights_are_scikit_learns(labelling, targets):
    expected = compute_class_weight("balanced", classes=np.arange(len(labelling.classes)), y=targets)
    weights = class_weights("balanced", labelling, np.array(targets))
    assert weights.dtype == torch.float32
    np.testing.assert_allclose(weights, expected, rtol=1e-6)


def test_balanced_weights_of_several_labels_are_those_of_two_classes_each():
    weights = class_weights("balanced", SEVERAL, SETS)
    each = [class_weights("balanced", TWO, column.astype(int)) for column in SETS.T]
    assert torch.equal(weights, torch.stack(each, dim=1))
    assert weights.tolist() == [[2.0, 1.0], [pytest.approx(4 / 6), 1.0]]


def test_labels_without_a_weight_count_one():
    assert class_weights({"b": 3}, THREE, np.array([0, 1, 2])).tolist() == [1, 3, 1]
    assert class_weights({"y": 3}, SEVERAL, SETS).tolist() == [[1, 1], [1, 3]]
    assert class_weights(None, THREE, np.array([0, 1, 2])) is None


@pytest.mark.parametrize(
    ("labelling", "targets", "message"),
    [
        (THREE, np.array([0, 1, 0]), "no training example is labelled 'c', which cannot be balanced"),
        (SEVERAL, SETS[:2], "every training example is labelled 'x', which cannot be balanced"),
        (SEVERAL, SETS[[0, 3]], "no training example is labelled 'y', which cannot be balanced"),
    ],
)
def test_what_never_occurs_cannot_be_balanced(labelling, targets, message):
    with pytest.raises(DataError, match=f"training.class_weights: {message}"):
        class_weights("balanced", labelling, targets)


def test_the_settings_make_the_loss():
    settings = Training(class_weights={"pos": 2.0}, label_smoothing=0.1)
    loss = training_loss(settings, TWO, np.array([0, 1]))
    assert (loss.objective.task, loss.weights.tolist(), loss.smoothing) == ("binary", [1, 2], 0.1)
    assert training_loss(Training(), SEVERAL, SETS).weights is None


TEXTS = ["good film", "fine film", "bad film", "poor film", "odd film", "dull film"]


def recipe(labels, **training):
    return {
        "name": "weighted",
        "data": {"train": {"use": "inline", "texts": TEXTS * 2, "labels": [*labels] * 2}},
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 6},
        "encoder": {"use": "rnn", "hidden_size": 4},
        "training": {"epochs": 2, "batch_size": 4, "shuffle": False, "lr": 0.01, **training},
        "evaluation": {"metrics": ["accuracy", "log-loss"]},
    }


@pytest.mark.parametrize("labels", ["nppppp", "abcccc"])
def test_the_first_steps_are_those_of_plain_torch(labels, tmp_path):
    """One step of SGD, by hand: the gradient of the weighted, smoothed loss, the mean over the texts."""
    settings = {"class_weights": "balanced", "label_smoothing": 0.2, "optimizer": "sgd", "epochs": 1}
    run = embedkit.run(recipe(labels, **settings, batch_size=12, lr=0.5), out=tmp_path / "run")
    model = embedkit.load(
        embedkit.run(recipe(labels, epochs=1, lr=1e-30, optimizer="sgd"), out=tmp_path / "still").path
    )
    classes = sorted({*labels})
    targets = torch.tensor([classes.index(label) for label in labels] * 2)
    counts = torch.bincount(targets)
    weight = len(targets) / (len(classes) * counts)
    examples = [Example(i, t) for i, t in enumerate(TEXTS * 2)]
    split = model.encode(model.input.tokenize("train", examples))
    (batch,) = split.batches([torch.arange(12)])
    logits = model.model(batch.inputs, batch.mask)
    if len(classes) == 2:
        logits = torch.cat([torch.zeros_like(logits), logits], dim=1)
    losses = torch.nn.functional.cross_entropy(logits, targets, weight, reduction="none", label_smoothing=0.2)
    losses.mean().backward()
    stepped = model.model.head.weight - 0.5 * model.model.head.weight.grad
    torch.testing.assert_close(embedkit.load(run.path).model.head.weight, stepped, atol=1e-6, rtol=1e-5)


def test_what_is_reported_can_be_compared(tmp_path):
    plain = embedkit.run(recipe("nppppp", lr=1e-12), out=tmp_path / "plain")
    settings = {"class_weights": {"n": 5}, "label_smoothing": 0.3}
    weighted = embedkit.run(recipe("nppppp", lr=1e-12, **settings), out=tmp_path / "weighted")
    assert weighted.history["loss"].iloc[0] == pytest.approx(plain.history["loss"].iloc[0], abs=1e-6)
    assert weighted.metrics["train"]["loss"] == pytest.approx(weighted.metrics["train"]["log-loss"], abs=1e-6)


def test_weight_turns_predictions(tmp_path):
    """All texts alike: what is predicted of them is what counts most."""
    texts = {"train": {"use": "inline", "texts": ["film"] * 6, "labels": [*"nppppp"]}}
    changed = recipe("nppppp", epochs=60, lr=0.05) | {"data": texts}
    for weights, predicted in ((None, "p"), ({"n": 9}, "n"), ({"n": 4}, "p")):
        changed["training"]["class_weights"] = weights
        run = embedkit.run(changed, out=tmp_path / f"{weights}")
        assert set(run.predictions["predicted"]) == {predicted}


def test_an_unknown_label_is_named(tmp_path):
    with pytest.raises(
        DataError, match=r"unknown label 'positive' - did you mean 'positiv'\? .allowed: n, positiv"
    ):
        embedkit.run(recipe(["n", "positiv"] * 3, class_weights={"positive": 2}), out=tmp_path / "run")
    named = recipe("nppppp", class_weights={"q": 2}) | {}
    named["data"]["labels"] = ["n", "p"]
    with pytest.raises(RecipeError, match=r"training.class_weights.q: unknown label 'q' .allowed: n, p"):
        embedkit.run(named, out=tmp_path / "run")


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (
            {"class_weights": "balance"},
            "training.class_weights: expected 'balanced' or a mapping, got the text",
        ),
        ({"class_weights": {"n": 0}}, "training.class_weights.n: expected more than 0, got the integer 0"),
        ({"label_smoothing": 1.0}, "training.label_smoothing: expected less than 1, got the number 1"),
    ],
)
def test_settings_out_of_bounds(setting, message, tmp_path):
    with pytest.raises(RecipeError, match=message):
        embedkit.run(recipe("nppppp", **setting), out=tmp_path / "run")


def test_a_run_with_weights_by_label_keeps_its_recipe(tmp_path):
    run = embedkit.run(recipe("nppppp", class_weights={"n": 2, "p": 1}), out=tmp_path / "run")
    again = embedkit.run(run.path / "recipe.yaml", out=tmp_path / "again")
    weights = [(each.path / "weights.safetensors").read_bytes() for each in (run, again)]
    assert weights[0] == weights[1]
