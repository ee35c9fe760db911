"""The candidates of a ranking: recipes as plain data, from the data and the sources of word vectors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from embedkit.experiments.sources import Method, Source
from embedkit.recipe.document import Plain

BASELINES = ("majority", "tfidf-logistic-regression", "nbsvm")
"""The bags of words. Each is a baseline, and the name of its candidate."""

METRICS = ("accuracy",)

VALIDATION: Plain = {"share": 0.1}
"""What early stopping holds out of the training texts."""

MEAN: Plain = {"encoder": "bag", "training": {"optimizer": "lbfgs"}}
NETWORK: Plain = {
    "encoder": {"use": "cnn", "widths": [3, 4, 5], "maps": 100, "dropout": 0.5, "padding": 4},
    "training": {
        "epochs": 10,
        "batch_size": 50,
        "lr": 0.001,
        "early_stopping": {"metric": "loss", "patience": 2},
        "checkpoint_every": 0,
    },
}

MODELS: Mapping[Method, tuple[Plain, str]] = MappingProxyType(
    {"mean": (MEAN, "none"), "cnn-frozen": (NETWORK, "none"), "cnn": (NETWORK, "all")}
)
"""The encoder and its training by method, and which rows of the embedding matrix it trains."""


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


def _of_method(source: Source, method: Method, data: Plain, metrics: Sequence[str]) -> Plain:
    model, trainable = MODELS[method]
    if "early_stopping" in model["training"] and not data.get("validation"):
        data = {**data, "validation": dict(VALIDATION)}
    sections: dict[str, Any] = {
        "tokenizer": source.tokenizer,
        "embedding": {**source.embedding, "trainable": trainable},
        "oov": [*source.oov],
        **model,
    }
    return _recipe(f"{source.name}-{method}", data, metrics, sections)


def _recipe(name: str, data: Plain, metrics: Sequence[str], sections: Plain) -> Plain:
    evaluation = {"metrics": [*metrics]}
    if "baseline" not in sections:
        # A ranking compares candidates, each with a run of its own: no run needs baselines beside it.
        evaluation |= {"baselines": [], "function_words": []}
    return {"name": name, "data": dict(data), **sections, "evaluation": evaluation}
