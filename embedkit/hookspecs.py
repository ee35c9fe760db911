"""Every hook that a plugin can implement, on one screen.

A plugin is a module named by an entry point of the group `embedkit`. Its hooks receive `register` and call
`register(name, factory)` once for each component: the name that recipes use, and the class.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pluggy

hookspec = pluggy.HookspecMarker("embedkit")
hookimpl = pluggy.HookimplMarker("embedkit")

Register = Callable[[str, Callable[..., Any]], None]


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


HOOK_OF_KIND = {
    "reader": "register_readers",
    "tokenizer": "register_tokenizers",
    "embedding": "register_embeddings",
    "oov": "register_oov_policies",
    "encoder": "register_encoders",
    "metric": "register_metrics",
    "baseline": "register_baselines",
    "function-words": "register_function_words",
    "vector-format": "register_vector_formats",
}
"""The kinds of component, and the hook through which each comes in."""

VERB_OF_KIND = {
    "reader": "read",
    "tokenizer": "tokenize",
    "embedding": "open",
    "oov": "fill",
    "encoder": "build",
    "metric": "score",
    "baseline": "fit",
    "function-words": "words",
    "vector-format": "open",
}
"""The method of each kind that does its work at run time."""

BUILT_IN: Mapping[str, Mapping[str, str]] = {
    "vector-format": {
        "word2vec-text": "word2vec text: `count dim` on a line, then a line for each word",
        "glove-text": "GloVe text: a line for each word, and none before them",
        "fasttext": "fastText's model, with vectors of subwords",
        "safetensors": "safetensors: embedkit's own layout and model2vec's",
        "numpy": "NumPy: a matrix, and a list of words beside it",
        "word2vec-binary": "word2vec binary: `count dim` on a line, then words and float32",
    }
}
"""Built-in names of each kind, which no plugin registers, each with what it is for."""
