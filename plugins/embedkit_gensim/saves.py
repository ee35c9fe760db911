"""The vector format `gensim`: a pickle that gensim's `save` writes, often with array files beside it."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from embedkit.plugin_api import Fault, Lookup, VectorFileError
from embedkit_gensim.source import TrainedSubwords

if TYPE_CHECKING:
    from embedkit.plugin_api import FloatArray, WordVectorFile

PICKLE = b"\x80"
"""The first byte of every pickle of protocol 2 or later."""

COMPRESSED = (".gz", ".bz2")
"""Endings of files that gensim decompresses, and whose arrays it cannot map."""

BLOCK = 4096
"""Words that are handed on at once."""


class GensimSaves:
    """gensim's own saves of KeyedVectors, Word2Vec and FastText, which are Python pickles."""

    runs_code: ClassVar[bool] = True

    def recognises(self, head: bytes) -> bool:
        """Tell whether the file is a pickle whose first object is one of gensim's."""
        return head.startswith(PICKLE) and b"gensim.models" in head

    def open(self, file: WordVectorFile) -> SavedVectors:
        """Load the file with gensim; array files beside it are memory-mapped unless it is compressed.

        Raises VectorFileError if the save is damaged, lacks one of its files, or has no word vectors.
        """
        from gensim.models import KeyedVectors

        model = _load(file.path)
        wv = getattr(model, "wv", model)
        if not isinstance(wv, KeyedVectors) or not hasattr(wv, "vectors"):
            what = f"holds a {type(model).__name__} without word vectors"
            raise VectorFileError(Fault(what, str(file.path)))
        try:
            return (SavedSubwords if hasattr(wv, "buckets_word") else SavedVectors)(wv, file.path)
        except (AttributeError, TypeError, ValueError) as error:
            what = f"gensim loads it, but something is damaged in it: {error}"
            raise VectorFileError(Fault(what, str(file.path))) from error


def _load(path: Path) -> Any:
    from gensim.utils import SaveLoad

    try:
        return SaveLoad.load(str(path), mmap=None if path.suffix in COMPRESSED else "r")
    except Exception as error:  # a pickle may raise anything
        what, hint = _reason(error)
        raise VectorFileError(Fault(f"gensim cannot load it: {what}", str(path), hint=hint)) from error


def _reason(error: Exception) -> tuple[str, str]:
    """Return why a save cannot be loaded and what to do: a file is missing, or gensim's version is wrong."""
    missing = getattr(error, "filename", None)
    if not missing and _needs_another_version(error):
        from gensim import __version__

        what = f"it was written by another version than {__version__}, mostly an older one"
        hint = "Load it in gensim 3.8.3 and write it anew: model.wv.save_word2vec_format(FILE, binary=True)"
        return f"{what}: {type(error).__name__}: {error}", hint
    hint = "gensim's `save` may write several files: keep them together, under the names that it gave."
    return f"its file {missing} is missing" if missing else f"{type(error).__name__}: {error}", hint


def _needs_another_version(error: Exception) -> bool:
    """Tell whether this version of gensim lacks a module, class or attribute that the save needs."""
    if isinstance(error, AttributeError):
        return error.obj is None or type(error.obj).__module__.startswith("gensim")
    return isinstance(error, ImportError | TypeError)


class SavedVectors:
    """gensim's KeyedVectors `wv`, loaded from `path`."""

    def __init__(self, wv: Any, path: Path) -> None:
        self._wv = wv
        self._path = path
        self.dim = int(wv.vector_size)
        self.count = len(wv.index_to_key)
        self.dtype = str(wv.vectors.dtype)
        self.layout = f"pickle of {type(wv).__name__}"

    @property
    def files(self) -> Sequence[Path]:
        """Return the array files beside the save."""
        return sorted(self._path.parent.glob(f"{glob.escape(self._path.name)}.*.np[yz]"))

    def blocks(self) -> Iterator[tuple[Sequence[str], FloatArray]]:
        """Yield words and vectors, float32 [n, D], in blocks.

        Raises VectorFileError if the array does not have one row of D numbers for each word.
        """
        import numpy as np

        words, vectors = self._wv.index_to_key, self._wv.vectors
        if vectors.shape != (len(words), self.dim):
            what = f"has {len(words):,} words and an array {[*vectors.shape]}: of different saves"
            raise VectorFileError(Fault(what, str(self._path)))
        for begin in range(0, len(words), BLOCK):
            part = vectors[begin : begin + BLOCK]
            yield words[begin : begin + BLOCK], np.asarray(part, np.float32)


class SavedSubwords(SavedVectors):
    """gensim's FastTextKeyedVectors: vectors for other words too, from their character n-grams."""

    def subword(self, words: Sequence[str]) -> Lookup:
        """Return the mean n-gram vector of each word; `found` is False if none of its n-grams was trained."""
        return TrainedSubwords(self._wv).subword(words)
