"""A run with a text encoder that is stopped goes on to the same bytes as one that never was."""

from __future__ import annotations

import pytest

import embedkit
from embedkit.runs.directory import checkpoints_of, partial_of
from embedkit.runs.reporter import Reporter

GOOD, BAD = ("good", "fine", "lovely", "great"), ("bad", "poor", "dreary", "awful")
THINGS = ("film", "plot", "cast", "camera", "story")
TEXTS = [
    f"a {word} {thing} indeed" for pair in zip(GOOD, BAD, strict=True) for thing in THINGS for word in pair
]
TRAINING = {
    "epochs": 4,
    "batch_size": 8,
    "lr": 0.01,
    "optimizer": "adamw",
    "schedule": "linear",
    "warmup": 0.1,
    "early_stopping": {"metric": "accuracy", "patience": 4},
    "checkpoint_every": 1,
}
CASES = {
    "all layers, their own rates": (
        "bag",
        {"layer_decay": 0.5, "text_encoder_lr": 1e-3},
        {"trainable": "all"},
    ),
    "all layers, pooled": ("pooled", {"precision": "bf16"}, {"trainable": "all"}),
    "the last layer": (
        {"use": "lstm", "hidden_size": 3},
        {"embedding_dropout": 0.2},
        {"trainable": {"last": 1}},
    ),
    "no layer, 16 bits": ({"use": "cnn", "widths": [1], "maps": 3}, {"label_smoothing": 0.1}, {"half": True}),
    "no layer, pooled": ("pooled", {"accumulate": 2}, {}),
}


class Interrupts(Reporter):
    """Stops a run in the epoch after so many, and remembers what it was told."""

    def __init__(self, after):
        self.after = after
        self.told = []

    def stage(self, what):
        self.told.append(what)

    def epoch(self, rows, of):
        self.after -= 1

    def advance(self, done, total):
        if self.after == 0:
            raise KeyboardInterrupt


def recipe(encoder, training, embedding):
    return {
        "name": "small",
        "seed": 3,
        "data": {
            "train": {"use": "inline", "texts": TEXTS, "labels": ["pos", "neg"] * (len(TEXTS) // 2)},
            "validation": {"share": 0.2},
        },
        "embedding": {"use": "trigrams", **embedding},
        "encoder": encoder,
        "training": {**TRAINING, **training},
        "evaluation": {"baselines": [], "function_words": []},
    }


def contents(run):
    """The bytes of every file but the times, and the figures of every epoch."""
    kept = {
        name: (run.path / name).read_bytes()
        for name in ("weights.safetensors", "predictions.csv", "metrics.json", "recipe.yaml")
    }
    figures = run.history[["epoch", "split", "loss", "batch_loss", "accuracy"]]
    return kept | {"figures": figures.to_json(), "files": sorted(path.name for path in run.path.iterdir())}


def interrupted_and_resumed(source, out, after):
    with pytest.raises(KeyboardInterrupt):
        embedkit.run(source, out=out, reporter=Interrupts(after))
    assert checkpoints_of(partial_of(out))[-1].name == f"epoch-0000{after}"
    reporter = Interrupts(after=-1)
    run = embedkit.run(source, out=out, resume=True, reporter=reporter)
    assert f"going on after epoch {after}" in reporter.told
    run.verify()
    return run


@pytest.mark.parametrize("case", CASES)
def test_an_interrupted_run_goes_on_to_the_same_bytes(trigrams, tmp_path, case):
    source = recipe(*CASES[case])
    whole = embedkit.run(source, out=tmp_path / "whole")
    assert len(whole.history["epoch"].unique()) == 4
    resumed = interrupted_and_resumed(source, tmp_path / "run", 2)
    assert contents(resumed) == contents(whole)


@pytest.mark.parametrize("trainable", ["all", {"last": 1}])
def test_a_model_of_transformers_goes_on_to_the_same_bytes(tmp_path, trainable):
    pytest.importorskip("transformers", reason="the extra [transformers] is not installed")
    from tiny_transformers import save_model

    save_model(tmp_path / "model")
    embedding = {"use": "transformers", "path": str(tmp_path / "model"), "trainable": trainable}
    source = recipe("pooled", {"layer_decay": 0.9}, embedding)
    whole = embedkit.run(source, out=tmp_path / "whole")
    resumed = interrupted_and_resumed(source, tmp_path / "run", 1)
    assert contents(resumed) == contents(whole)


def test_a_checkpoint_holds_what_is_trained(trigrams, tmp_path):
    from safetensors import safe_open

    source = recipe(*CASES["the last layer"])
    with pytest.raises(KeyboardInterrupt):
        embedkit.run(source, out=tmp_path / "run", reporter=Interrupts(1))
    newest = checkpoints_of(partial_of(tmp_path / "run"))[-1]
    with safe_open(newest / "tensors.safetensors", "pt") as file:
        names = {name for name in file.keys() if name.startswith("weight.embedding.")}  # noqa: SIM118
    assert names == {f"weight.embedding.network.blocks.1.{part}" for part in ("weight", "bias")}
