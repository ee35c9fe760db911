"""The candidates of a ranking: recipes as plain data, from the data and the sources of word vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from embedkit.experiments.sources import Method, Source, TextEncoderSource
from embedkit.recipe.document import Plain

BASELINES = ("majority", "tfidf-logistic-regression", "nbsvm")
"""The bags of words. Each is a baseline, and the name of its candidate."""

METRICS = ("accuracy",)

VALIDATION: Plain = {"share": 0.1}
"""What early stopping holds out of the training texts."""

MEAN: Plain = {"encoder": "bag", "training": {"optimizer": "lbfgs"}}
NETWORK: Plain = {
    "encoder": {"use": "cnn", "widths": [2, 4], "maps": 64, "dropout": 0.5, "padding": 3},
    "training": {
        "epochs": 20,
        "batch_size": 50,
        "lr": 0.003,
        "word_dropout": 0.1,
        "embedding_dropout": 0.3,
        "early_stopping": {"metric": "loss", "patience": 2},
        "checkpoint_every": 0,
    },
}
"""Chosen for accuracy in few seconds: docs/explanation/accuracy.md has the trials."""

POOLED: Plain = {**MEAN, "encoder": "pooled"}
NETWORK_ON_STATES: Plain = {
    **NETWORK,
    "training": {key: value for key, value in NETWORK["training"].items() if key != "word_dropout"},
}
"""A text encoder reads whole texts, of which no word can be dropped after it has read them."""

FINE_TUNING: Plain = {
    "encoder": "pooled",
    "training": {
        "epochs": 3,
        "batch_size": 32,
        "optimizer": "adamw",
        "lr": 8e-5,
        "schedule": "linear",
        "warmup": 0.1,
        "checkpoint_every": 0,
    },
}

FROZEN: Plain = {"trainable": "none"}
FINE_TUNED: Plain = {"trainable": "all", "sparse": True}

MODELS: Mapping[Method, tuple[Plain, Plain]] = MappingProxyType(
    {"mean": (MEAN, FROZEN), "cnn-frozen": (NETWORK, FROZEN), "cnn": (NETWORK, FINE_TUNED)}
)
"""The encoder and its training by method, and how the embedding matrix is trained."""


def bag_of_words(data: Plain, metrics: Sequence[str] = METRICS) -> dict[str, Plain]:
    """Return the recipes of the bags of words by the name of the candidate: `majority`, `nbsvm` and so on.

    `data` is the section `data` of these recipes.
    """
    return {name: _recipe(name, data, metrics, {"baseline": name}) for name in BASELINES}


def of_source(source: Source, data: Plain, metrics: Sequence[str] = METRICS) -> dict[str, Plain]:
    """Return the recipes that read the vectors of `source` by the name of the candidate.

    The mean of vectors with logistic regression is `SOURCE-mean`, a convolutional network `SOURCE-cnn-frozen`
    with the vectors as they are, and `SOURCE-cnn` with fine-tuned ones.
    """
    return {f"{source.name}-{method}": _of_method(source, method, data, metrics) for method in source.methods}


def of_text_encoder(
    source: TextEncoderSource, data: Plain, metrics: Sequence[str] = METRICS
) -> dict[str, Plain]:
    """Return the recipes that read texts with a frozen text encoder, by the name of the candidate.

    `SOURCE-pooled` is logistic regression on the pooled vector of a text, `SOURCE-cnn-frozen` a convolutional
    network on the vectors of its words.
    """
    embedding = {**source.embedding, **FROZEN}
    return {
        name: _recipe(name, _held_out(data, model), metrics, {"embedding": embedding, **model})
        for name, model in (
            (f"{source.name}-pooled", POOLED),
            (f"{source.name}-cnn-frozen", NETWORK_ON_STATES),
        )
    }


def fine_tuned(source: TextEncoderSource, data: Plain, metrics: Sequence[str] = METRICS) -> dict[str, Plain]:
    """Return the recipe that trains a text encoder, `SOURCE-fine-tuned`, by the name of the candidate."""
    name, embedding = f"{source.name}-fine-tuned", {**source.embedding, "trainable": "all"}
    return {name: _recipe(name, data, metrics, {"embedding": embedding, **FINE_TUNING})}


def _of_method(source: Source, method: Method, data: Plain, metrics: Sequence[str]) -> Plain:
    model, table = MODELS[method]
    sections: dict[str, Any] = {
        "tokenizer": source.tokenizer,
        "embedding": {**source.embedding, **table},
        "oov": [*source.oov],
        **model,
    }
    return _recipe(f"{source.name}-{method}", _held_out(data, model), metrics, sections)


def _held_out(data: Plain, model: Plain) -> Plain:
    """Return the section `data` with a validation split, if the model needs one to stop early."""
    needed = "early_stopping" in model["training"] and not data.get("validation")
    return {**data, "validation": dict(VALIDATION)} if needed else data


def _recipe(name: str, data: Plain, metrics: Sequence[str], sections: Plain) -> Plain:
    # A ranking compares candidates, each with a run of its own, on the texts that were held out.
    evaluation: dict[str, Any] = {"metrics": [*metrics], "predictions": "held-out"}
    if "baseline" not in sections:
        evaluation |= {"baselines": [], "function_words": []}
    if "tokenizer" in sections:  # the text encoder that brings its own has no table
        evaluation["table_drift"] = False
    return {"name": name, "data": dict(data), **sections, "evaluation": evaluation}
