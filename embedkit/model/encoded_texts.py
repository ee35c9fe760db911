"""Texts as a frozen text encoder reads them: one vector for each word, or one for each text.

A text is encoded once: its vectors are in the cache, where every later fold, seed, candidate, run and process
finds them, whatever other texts it has.
"""

from __future__ import annotations

import json
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from embedkit.errors import ComponentError, shortened
from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.vectors import Progress, no_progress
from embedkit.model.text_vectors import VERSION, TextVectors
from embedkit.model.vector_cache import VectorCache, key_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.files.storage import Storage
    from embedkit.interfaces import FloatArray, IntArray, TextModel

    Values = NDArray[np.floating[Any]]

TEXTS, CHARACTERS = 4096, 1 << 19
"""How many texts are in memory at once, and of how many characters, if there is more than one text."""

LIBRARIES = ("torch", "tokenizers", "transformers")
"""Libraries that compute vectors: with other versions of them, texts are encoded again."""

SECONDS, BYTES = 20.0, 32 << 20
"""After which time, and at which size, vectors are written into the cache."""


@dataclass(frozen=True)
class EncodedTexts:
    """n texts as vectors of D numbers, N in all, one text after another.

    `padded` [N + 1, D] holds them, float32 or float16, and ends with a vector of zeros, for padding.
    `lengths` int64 [n] counts the vectors of each text: one, or those of the words that the encoder reads.
    """

    padded: FloatArray
    lengths: IntArray

    @property
    def values(self) -> FloatArray:
        """The vectors [N, D]."""
        return self.padded[:-1]


def encode_texts(
    model: TextModel,
    texts: Sequence[str],
    pooled: bool,
    storage: Storage,
    half: bool = False,
    progress: Progress = no_progress,
) -> EncodedTexts:
    """Return the vectors of `texts`, in `storage`: one for each text if `pooled`, or else for each word.

    The vector of a word is the mean of the states of its pieces; words beyond the model's positions have
    none. With `half` the vectors are float16. They come from the cache; texts that are not in it are encoded,
    each once, and `progress` is told of texts. Raises ComponentError if the model gives NaN or infinity.
    """
    encoding = _Encoding(model, pooled, np.dtype(np.float16 if half else np.float32))
    column, lengths = storage.column("B"), array("q")
    for some in _blocks(texts):
        for values in encoding.vectors(some, lambda done: progress(len(lengths) + done, len(texts))):
            column.extend(array("B", values.tobytes()))
            lengths.append(len(values))
        progress(len(lengths), len(texts))
    column.extend(array("B", bytes(model.dim * encoding.dtype.itemsize)))
    padded = np.frombuffer(column.view(), encoding.dtype).reshape(-1, model.dim)
    return EncodedTexts(padded, np.frombuffer(lengths, np.int64))


def cached_vectors(
    model: TextModel, texts: Sequence[str], pooled: bool, half: bool = False
) -> list[Values] | None:
    """Return the vectors [T, D] of each text as `encode_texts` does, or None unless all are in the cache."""
    encoding = _Encoding(model, pooled, np.dtype(np.float16 if half else np.float32))
    return encoding.cached([*map(key_of, texts)])


class _Encoding:
    """A text encoder with its cache. Vectors are of `dtype`: one for each text if `pooled`, or each word."""

    def __init__(self, model: TextModel, pooled: bool, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self._model = model
        self._network = TextVectors(model, pooled)
        read = "texts" if pooled else "words"
        about = json.dumps([VERSION, _versions(), model.digest, read, dtype.str])
        source = f"{read}, by {owner_of(model).described}"
        self._cache = VectorCache(about, model.dim, dtype, source)

    def cached(self, keys: Sequence[bytes]) -> list[Values] | None:
        """Return the vectors of the texts with these keys, or None unless all are in the cache."""
        found = self._cache.read([*dict.fromkeys(keys)])
        return [found[key] for key in keys] if found.keys() >= {*keys} else None

    def vectors(self, texts: Sequence[str], progress: Callable[[int], None]) -> list[Values]:
        """Return the vectors of each text, [T, D].

        `progress` is told how many of the texts that are not in the cache are encoded.
        """
        keys = [*map(key_of, texts)]
        distinct = dict(zip(keys, texts, strict=True))
        found = self._cache.read([*distinct])
        if len(found) < len(distinct):
            with self._cache.alone():
                found |= self._cache.read([key for key in distinct if key not in found])
                missing = {key: text for key, text in distinct.items() if key not in found}
                found |= self._encoded(missing, progress)
        return [found[key] for key in keys]

    def _encoded(self, texts: Mapping[bytes, str], progress: Callable[[int], None]) -> dict[bytes, Values]:
        """Return the vectors of texts, by key. They are in the cache even if it is interrupted."""
        encoded: dict[bytes, Values] = {}
        fresh: dict[bytes, Values] = {}
        since, size = time.monotonic(), 0
        try:
            for some in self._batches(texts):
                fresh |= some
                size += sum(each.nbytes for each in some.values())
                progress(len(encoded) + len(fresh))
                if time.monotonic() - since > SECONDS or size > BYTES:
                    self._cache.keep(fresh)
                    encoded, fresh = encoded | fresh, {}
                    since, size = time.monotonic(), 0
        finally:
            self._cache.keep(fresh)
        return encoded | fresh

    def _batches(self, texts: Mapping[bytes, str]) -> Iterator[dict[bytes, Values]]:
        """Yield the vectors of texts, by key, in batches. Raises ComponentError as `encode_texts` does."""
        if not texts:
            return
        keys, read = [*texts], [*texts.values()]
        for batch in self._network.compute(self._model.pieces(read)):
            each = np.split(batch.values, batch.lengths.cumsum()[:-1])
            numbers = batch.numbers.tolist()
            yield {keys[n]: self._narrowed(read[n], some) for n, some in zip(numbers, each, strict=True)}

    def _narrowed(self, text: str, vectors: FloatArray) -> Values:
        """Return the vectors of a text as `dtype`. Raises ComponentError unless they are finite."""
        with np.errstate(over="ignore"):
            narrowed = vectors.astype(self.dtype)
        if np.isfinite(narrowed).all():
            return narrowed
        what, hint = f"gave NaN or infinity for the text '{shortened(text)}'", None
        if np.isfinite(vectors).all():
            largest = np.abs(vectors).max()
            what = f"gave {largest:,.0f} for the text '{shortened(text)}', more than float16 can hold"
            hint = "Without `half`, vectors are float32."
        raise ComponentError(owner_of(self._model).fault(what, hint))


def _versions() -> dict[str, str]:
    """Return the versions of those of LIBRARIES that are installed."""
    installed = {}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            installed[name] = version(name)
    return installed


def _blocks(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield all texts in order, in lists of a bounded size."""
    block: list[str] = []
    characters = 0
    for text in texts:
        characters += len(text)
        if len(block) == TEXTS or (block and characters > CHARACTERS):
            yield block
            block, characters = [], len(text)
        block.append(text)
    if block:
        yield block
