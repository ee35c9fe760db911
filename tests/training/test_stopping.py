from __future__ import annotations

import math

import pytest
import torch
from safetensors.torch import load_file

import embedkit
from embedkit.errors import TrainingError
from embedkit.evaluation.result import SplitMetrics
from embedkit.plugin_api import make_component
from embedkit.recipe.sections.training import EarlyStopping, Training
from embedkit.training.stopping import Best, best_of

MOODS = {"good": "pos", "fine": "pos", "bad": "neg", "poor": "neg"}
TEXTS = [f"{mood} {thing}" for mood in MOODS for thing in ("film", "plot", "cast", "score")]
RECIPE = {
    "name": "stopping",
    "seed": 3,
    "data": {
        "train": {"use": "inline", "texts": TEXTS, "labels": [MOODS[text.split()[0]] for text in TEXTS]},
        "validation": {
            "use": "inline",
            "texts": ["good film", "bad plot", "good bad", "poor good"],
            "labels": ["neg", "pos", "pos", "neg"],
        },
    },
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 8},
    "encoder": {"use": "rnn", "hidden_size": 5},
    "training": {"epochs": 30, "batch_size": 4, "lr": 0.02},
}


def weights(value):
    return {"w": torch.full((2,), float(value))}


@pytest.mark.parametrize(
    ("smaller", "values", "best"), [(True, [3, 1, 2, 1], 2), (False, [0.1, 0.5, 0.5, 0.2], 2)]
)
def test_the_first_of_the_best_is_kept_and_patience_is_counted_from_it(smaller, values, best):
    kept = Best("loss", 2, smaller)
    assert not kept.exhausted(0)
    for epoch, value in enumerate(values, 1):
        kept.consider(epoch, SplitMetrics(1, value), weights(epoch))
        assert kept.exhausted(epoch) == (epoch == 4)
    assert kept.epoch == best
    assert torch.equal(kept.weights["w"], weights(best)["w"])


@pytest.mark.parametrize("value", [None, {"pos": 1}, math.nan])
def test_a_metric_without_a_number_is_an_error(value):
    with pytest.raises(TrainingError) as caught:
        Best("f1", 2, smaller=False).consider(1, SplitMetrics(1, 0.5, {"f1": value}), weights(0))
    said = "training.early_stopping.metric: 'f1' gives no number on the validation split, but "
    assert str(caught.value) == f"{said}{value!r}"


def test_of_which_figures_smaller_ones_are_better():
    metrics = {name: make_component("metric", name) for name in ("accuracy", "log-loss")}
    smaller = {
        name: best_of(Training(early_stopping=EarlyStopping(metric=name)), metrics).smaller
        for name in ("loss", *metrics)
    }
    assert smaller == {"loss": True, "accuracy": False, "log-loss": True}
    assert best_of(Training(), metrics) is None


def test_a_run_stops_early_with_the_weights_of_its_best_epoch(tmp_path):
    stopping = {"training.early_stopping": {"metric": "loss", "patience": 2}}
    stopped = embedkit.run(RECIPE, out=tmp_path / "stopped", set=stopping)
    losses = stopped.history.query("split == 'validation'")["loss"].tolist()
    best = losses.index(min(losses)) + 1
    assert len(losses) == best + 2 < 30
    assert stopped.metrics["validation"]["loss"] == pytest.approx(min(losses))
    short = embedkit.run(RECIPE, out=tmp_path / "short", set={"training.epochs": best})
    expected = load_file(short.path / "weights.safetensors")
    for name, tensor in load_file(stopped.path / "weights.safetensors").items():
        assert torch.equal(tensor, expected[name]), name
