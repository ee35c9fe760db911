"""The wrapper of each kind of component."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from embedkit.interfaces.calling import Owner
from embedkit.plugin.wrappers.models import WrappedBaseline, WrappedEncoder, WrappedMetric
from embedkit.plugin.wrappers.text_encoders import WrappedTextEncoder
from embedkit.plugin.wrappers.texts import WrappedFunctionWords, WrappedReader, WrappedTokenizer
from embedkit.plugin.wrappers.vectors import WrappedEmbedding, WrappedPolicy
from embedkit.plugin.wrappers.wrapped import Wrapped

if TYPE_CHECKING:
    from embedkit.plugin.registry import Component

WRAPPER_OF_KIND: Mapping[str, type[Wrapped]] = {
    "reader": WrappedReader,
    "tokenizer": WrappedTokenizer,
    "embedding": WrappedEmbedding,
    "text-encoder": WrappedTextEncoder,
    "oov": WrappedPolicy,
    "encoder": WrappedEncoder,
    "metric": WrappedMetric,
    "baseline": WrappedBaseline,
    "function-words": WrappedFunctionWords,
}
"""Formats of word-vector files have no wrapper: `vectors.plugin_contract` calls them with the file's name."""


def wrap(component: Component, made: Any, key: str) -> Any:
    """Return `made`, an object of `component` at `key` of a recipe, in the wrapper of its kind.

    An object of a kind without a wrapper is returned as it is.
    """
    wrapper = WRAPPER_OF_KIND.get(component.kind)
    owner = Owner(str(component), key, foreign=not component.bundled)
    return made if wrapper is None else wrapper.of(made, owner)
