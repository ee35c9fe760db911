"""The section `training`: what pydantic cannot know of one key alone."""

from __future__ import annotations

import pytest

from embedkit.errors import RecipeError
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core

RECIPE = {
    "name": "tiny",
    "data": {"train": {"use": "inline", "texts": ["good", "bad"], "labels": ["pos", "neg"]}},
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 4},
    "encoder": {"use": "rnn", "hidden_size": 3},
    "evaluation": {"metrics": ["accuracy", "confusion-matrix"]},
}


def said(registry, overrides):
    """What is said of the recipe with `overrides`: one text for each fault."""
    with pytest.raises(RecipeError) as caught:
        load_recipe(RECIPE, registry, overrides)
    return [fault.what for fault in caught.value.faults]


STOPPING = {"data.validation": {"share": 0.5}, "training.early_stopping.patience": 2}


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            {"training.bucket": True, "training.shuffle": False},
            "training.bucket: buckets mix the order of the examples, and 'shuffle: false' keeps it",
        ),
        (
            {"embedding.trainable": "none", "training.table_lr": 0.1},
            "training.table_lr: the table is not trained: embedding.trainable is 'none'",
        ),
        (
            {"embedding.trainable": "none", "training.table_to_epoch": 3},
            "training.table_to_epoch: the table is not trained: embedding.trainable is 'none'",
        ),
        (
            {"embedding.trainable": "none", "embedding.sparse": True},
            "embedding.sparse: the table is not trained: embedding.trainable is 'none'",
        ),
        (
            {"training.momentum": 0.9},
            "training.momentum: momentum goes with 'optimizer: sgd', not with 'adam'",
        ),
        (
            {"training.optimizer": "sgd", "training.momentum": 1},
            "training.momentum: expected less than 1, got the integer 1",
        ),
        ({"training.accumulate": 0}, "training.accumulate: expected at least 1, got the integer 0"),
        (
            {"training.precision": "fp8"},
            "training.precision: expected 'full', 'bf16' or 'fp16', got the text 'fp8'",
        ),
        (
            {"training.trackers": ["tensorbord"]},
            "training.trackers.0: expected 'tensorboard', 'wandb', 'mlflow', 'comet_ml', 'aim', 'clearml' or "
            "'dvclive', got the text 'tensorbord'",
        ),
        (
            {"training.table_from_epoch": 4, "training.epochs": 3},
            "training.table_from_epoch: epoch 4 of 3 never comes",
        ),
        (
            {"training.table_from_epoch": 4, "training.table_to_epoch": 3},
            "training.table_to_epoch: epoch 3 is before the first one in which the table is trained, 4",
        ),
        (
            {"training.early_stopping": {"metric": "loss"}},
            "training.early_stopping: there is no validation split to stop by",
        ),
        (
            {**STOPPING, "training.early_stopping.metric": "acuracy"},
            "training.early_stopping.metric: 'acuracy' is not computed",
        ),
        (
            {**STOPPING, "training.early_stopping.metric": "f1"},
            "training.early_stopping.metric: 'f1' is not computed",
        ),
        (
            {**STOPPING, "training.early_stopping.patience": 0},
            "training.early_stopping.patience: expected at least 1, got the integer 0",
        ),
        (
            {**STOPPING, "training.early_stopping.patiense": 1},
            "training.early_stopping: unknown key 'patiense'",
        ),
        ({"training.warmup": 1}, "training.warmup: expected less than 1, got the integer 1"),
        ({"training.weight_decay": -1}, "training.weight_decay: expected at least 0, got the integer -1"),
        ({"training.clip_norm": 0}, "training.clip_norm: expected more than 0, got the integer 0"),
        ({"training.max_norm": 0}, "training.max_norm: expected more than 0, got the integer 0"),
        (
            {"training.checkpoint_every": -1},
            "training.checkpoint_every: expected at least 0, got the integer -1",
        ),
        (
            {"training.schedule": "cosin"},
            "training.schedule: expected 'constant', 'linear' or 'cosine', got the text 'cosin'",
        ),
    ],
)
def test_what_has_no_effect_or_no_sense_is_refused(registry, overrides, message):
    assert said(registry, overrides) == [message]


def test_what_could_have_been_meant_is_named(registry):
    with pytest.raises(RecipeError) as caught:
        load_recipe(RECIPE, registry, {**STOPPING, "training.early_stopping.metric": "acuracy"})
    said = "did you mean 'accuracy'? (allowed: loss, accuracy, confusion-matrix)"
    assert said in str(caught.value)
    with pytest.raises(RecipeError, match=r"unknown key 'patiense' - did you mean 'patience'"):
        load_recipe(RECIPE, registry, {**STOPPING, "training.early_stopping.patiense": 1})


@pytest.mark.parametrize("metric", ["loss", "accuracy"])
def test_a_recipe_with_everything_is_kept_as_it_is(registry, metric, tmp_path):
    settings = {
        "optimizer": "adamw",
        "weight_decay": 0.01,
        "schedule": "linear",
        "warmup": 0.1,
        "clip_norm": 1,
        "max_norm": 3,
        "table_lr": 1e-4,
        "table_from_epoch": 2,
        "table_to_epoch": 5,
        "early_stopping": {"metric": metric},
        "checkpoint_every": 2,
        "bucket": True,
        "accumulate": 2,
        "precision": "bf16",
        "trackers": ["tensorboard"],
    }
    recipe = load_recipe(RECIPE, registry, {"training": settings, "data.validation": {"share": 0.5}})
    assert recipe.training.early_stopping.patience == 3
    (tmp_path / "again.yaml").write_text(recipe.to_yaml())
    assert load_recipe(tmp_path / "again.yaml", registry) == recipe


@pytest.mark.parametrize(
    ("overrides", "patience"),
    [
        ({}, None),
        ({"data.validation": {"share": 0.5}}, 3),
        ({"data.validation": {"share": 0.5}, "training.epochs": 7}, 3),
        ({"data.validation": {"share": 0.5}, "training.early_stopping": None}, None),
        ({"data.validation": {"share": 0.5}, "training.early_stopping.patience": 5}, 5),
    ],
)
def test_where_there_is_a_validation_split_training_stops_early(registry, tmp_path, overrides, patience):
    recipe = load_recipe(RECIPE, registry, overrides)
    stopping = recipe.training.early_stopping
    assert (stopping and (stopping.metric, stopping.patience)) == (patience and ("loss", patience))
    (tmp_path / "again.yaml").write_text(recipe.to_yaml())
    assert load_recipe(tmp_path / "again.yaml", registry) == recipe


ALONE = {"embedding.trainable": "none", "encoder": "bag", "training.optimizer": "lbfgs"}


@pytest.mark.parametrize(
    ("overrides", "messages"),
    [
        (
            {"training.optimizer": "lbfgs"},
            [
                "training.optimizer: 'lbfgs' fits the head alone, and embedding.trainable is 'all'",
                "training.optimizer: 'lbfgs' fits the head alone, and the encoder 'rnn' has weights to train",
            ],
        ),
        (
            {**ALONE, "embedding.trainable": "missing"},
            ["training.optimizer: 'lbfgs' fits the head alone, and embedding.trainable is 'missing'"],
        ),
        (
            {**ALONE, "encoder": {"use": "ensemble", "encoders": ["bag", {"use": "cnn", "dropout": 0.0}]}},
            ["training.optimizer: 'lbfgs' fits the head alone, and the encoder 'cnn' has weights to train"],
        ),
        (
            {**ALONE, "encoder": {"use": "slice", "encoder": {"use": "bag", "dropout": 0.5}}},
            ["encoder.encoder.dropout: has no effect with 'optimizer: lbfgs'"],
        ),
        *(
            ({**ALONE, f"training.{key}": value}, [f"training.{key}: has no effect with 'optimizer: lbfgs'"])
            for key, value in {
                "epochs": 3,
                "batch_size": 8,
                "accumulate": 2,
                "precision": "bf16",
                "shuffle": False,
                "bucket": True,
                "lr": 0.1,
                "momentum": 0.9,
                "weight_decay": 0.1,
                "schedule": "linear",
                "warmup": 0.1,
                "clip_norm": 1.0,
                "max_norm": 3.0,
                "table_lr": 0.1,
                "table_from_epoch": 2,
                "table_to_epoch": 2,
                "label_smoothing": 0.1,
                "word_dropout": 0.1,
                "embedding_dropout": 0.1,
                "early_stopping": {"metric": "loss"},
                "checkpoint_every": 0,
            }.items()
        ),
    ],
)
def test_a_head_fitted_alone_refuses_what_it_does_not_train(registry, overrides, messages):
    assert said(registry, overrides) == messages


def test_a_head_fitted_alone_is_kept_as_it_is_and_stops_at_no_epoch(registry, tmp_path):
    more = {"data.validation": {"share": 0.5}, "training.class_weights": "balanced", "training.trackers": []}
    recipe = load_recipe(RECIPE, registry, {**ALONE, **more})
    assert recipe.training.early_stopping is None
    (tmp_path / "again.yaml").write_text(recipe.to_yaml())
    assert load_recipe(tmp_path / "again.yaml", registry) == recipe
