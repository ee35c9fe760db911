"""Every hook that a plugin can implement, on one screen.

A plugin is a module named by an entry point of the group `embedkit`. Its hooks receive `register` and call
`register(name, factory)` once for each component: the name that recipes use, and the class, or where to
import it from when a recipe names it, such as `"mypackage.tokenizers:Shout"`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pluggy

hookspec = pluggy.HookspecMarker("embedkit")
hookimpl = pluggy.HookimplMarker("embedkit")

Register = Callable[[str, Callable[..., Any] | str], None]


@hookspec
def register_readers(register: Register) -> None:
    """Register readers of labelled texts: see `plugin_api.Reader`."""


@hookspec
def register_tokenizers(register: Register) -> None:
    """Register tokenizers, which split texts into words: see `plugin_api.Tokenizer`."""


@hookspec
def register_embeddings(register: Register) -> None:
    """Register embeddings, which know words' vectors: see `plugin_api.Embedding`."""


@hookspec
def register_text_encoders(register: Register) -> None:
    """Register text encoders, pretrained models that read whole texts: see `plugin_api.TextEncoder`."""


@hookspec
def register_oov_policies(register: Register) -> None:
    """Register out-of-vocabulary policies, for words without a vector: see `plugin_api.OovPolicy`."""


@hookspec
def register_encoders(register: Register) -> None:
    """Register sequence encoders, from embedded texts to one vector each: see `plugin_api.Encoder`."""


@hookspec
def register_metrics(register: Register) -> None:
    """Register metrics, which score predictions: see `plugin_api.Metric`."""


@hookspec
def register_baselines(register: Register) -> None:
    """Register baselines, simple classifiers that a model is held against: see `plugin_api.Baseline`."""


@hookspec
def register_function_words(register: Register) -> None:
    """Register function words, which are not content words: see `plugin_api.FunctionWords`."""


@hookspec
def register_vector_formats(register: Register) -> None:
    """Register formats of word-vector files: see `plugin_api.VectorFormat` and `plugin_api.VectorRows`."""


@dataclass(frozen=True)
class Kind:
    """A kind of component: the hook that registers it, and the method that does its work at run time.

    `protocol` is the one in `plugin_api` that its classes follow; `described` is the kind in prose, if its
    name is not; `built_in` are names of embedkit's own, each with what it is for; `reserved` are names that
    results have beside those of components.
    """

    hook: str
    method: str
    protocol: str
    described: str = ""
    built_in: Mapping[str, str] = field(default_factory=dict)
    reserved: frozenset[str] = frozenset()


FORMATS = {
    "word2vec-text": "word2vec text: `count dim` on a line, then a line for each word",
    "glove-text": "GloVe text: a line for each word, and none before them",
    "fasttext": "fastText's model, with vectors of subwords",
    "safetensors": "safetensors: embedkit's own layout and model2vec's",
    "numpy": "NumPy: a matrix, and a list of words beside it",
    "word2vec-binary": "word2vec binary: `count dim` on a line, then words and float32",
}
"""The built-in formats of vector files."""

FIGURES = frozenset(
    (
        *("n", "loss", "batch_loss", "epoch", "split", "seconds", "examples_per_second"),
        *("accuracy_ci95", "baselines", "undefined", "against_model", "left_out", "folds"),
    )
)
"""Figures and columns of history.csv that embedkit itself writes beside those of metrics."""

KINDS: Mapping[str, Kind] = {
    "reader": Kind("register_readers", "read", "Reader"),
    "tokenizer": Kind("register_tokenizers", "tokenize", "Tokenizer"),
    "embedding": Kind("register_embeddings", "open", "Embedding"),
    "text-encoder": Kind("register_text_encoders", "open", "TextEncoder", "text encoder"),
    "oov": Kind("register_oov_policies", "fill", "OovPolicy", "out-of-vocabulary policy"),
    "encoder": Kind("register_encoders", "build", "Encoder"),
    "metric": Kind("register_metrics", "score", "Metric", reserved=FIGURES),
    "baseline": Kind("register_baselines", "fit", "Baseline"),
    "function-words": Kind("register_function_words", "words", "FunctionWords"),
    "vector-format": Kind("register_vector_formats", "open", "VectorFormat", "vector format", FORMATS),
}
"""The kinds of component, by the name that messages and commands use."""
