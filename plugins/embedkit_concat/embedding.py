"""`concat`: the vectors of several sources, concatenated in order."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated

from annotated_types import Len

from embedkit.plugin_api import (
    ComponentOf,
    Doc,
    Embedding,
    EmbeddingContext,
    Fault,
    Lookup,
    SubwordSource,
    VectorFileError,
    VectorSource,
    check_lookup,
    check_unknown,
    sha256,
    tokenizer_file_of,
)
from embedkit_concat.listing import all_listed, side_by_side

if TYPE_CHECKING:
    from pathlib import Path

    from embedkit.plugin_api import Block, BoolArray, FloatArray, IntArray

log = logging.getLogger("embedkit.concat")
SEEDS = 2**32


class Concat:
    """A word's vector in the first source, then that in the second, and so on; D is the sum of theirs.

    A word is found where any source has it, and the part of a source that lacks it is zeros. The log says how
    many of the words that were found each source had.
    """

    def __init__(
        self,
        *,
        sources: Annotated[
            Sequence[Annotated[Embedding, ComponentOf("embedding")]],
            Len(2),
            Doc("two or more embeddings, in order; the n-th, from 0, gets the recipe's seed plus n"),
        ],
    ) -> None:
        self.sources = sources
        self.standalone = all(getattr(source, "standalone", True) for source in sources)

    def open(self, context: EmbeddingContext) -> ConcatVectors:
        """Open every source and return them concatenated. Raises whatever opening a source raises.

        Raises VectorFileError if the words of two sources are the pieces of different tokenizers.
        """
        seeds = [(context.seed + n) % SEEDS for n in range(len(self.sources))]
        contexts = [replace(context, seed=seed) for seed in seeds]
        opened = [each.open(own) for each, own in zip(self.sources, contexts, strict=True)]
        return ConcatVectors(opened, _tokenizer_file(opened))


class ConcatVectors:
    """Concatenates the vectors of several sources; `rows` are those of the first source that has the word.

    `tokenizer_file` is the tokenizer.json whose pieces are the words of a source, or None if no source has
    one. It is a SubwordSource if any source is one, and lists its words if all sources do.
    """

    subword: Callable[[Sequence[str]], Lookup]
    blocks: Callable[[], Iterator[Block]]

    def __init__(self, sources: Sequence[VectorSource], tokenizer_file: Path | None = None) -> None:
        self._sources = sources
        self.tokenizer_file = tokenizer_file
        # Told by what an instance has, as the sources differ from one recipe to the next.
        if any(isinstance(source, SubwordSource) for source in sources):
            self.subword = self._subword
        if all_listed(sources):
            self.blocks = partial(side_by_side, sources)

    @property
    def dim(self) -> int:
        """Return D, the sum of the sources' widths."""
        return sum(source.dim for source in self._sources)

    @property
    def unk(self) -> FloatArray | None:
        """Return the sources' vectors of unknown words, concatenated [D], or None if any source has none.

        None leaves unknown words to the chain of out-of-vocabulary policies.
        """
        import numpy as np

        given = [source.unk for source in self._sources]
        checked = [
            check_unknown(source, unk, source.dim)
            for source, unk in zip(self._sources, given, strict=True)
            if unk is not None
        ]
        return np.concatenate(checked) if len(checked) == len(given) else None

    def lookup(self, words: Sequence[str]) -> Lookup:
        """Return concatenated vectors of `words` in order; a source that lacks a word contributes zeros."""
        import numpy as np

        answers = [check_lookup(each, each.lookup(words), len(words), each.dim) for each in self._sources]
        found = np.any([answer.found for answer in answers], axis=0)
        self._log(found, [answer.found for answer in answers])
        rows = _first([answer.rows for answer in answers])
        return Lookup(np.hstack([answer.vectors for answer in answers]), found, rows)

    def _subword(self, words: Sequence[str]) -> Lookup:
        """Return vectors float32 [n, D] built from subwords; sources without subwords contribute zeros."""
        import numpy as np

        answers = [_parts(source, words) for source in self._sources]
        found = np.any([answer.found for answer in answers], axis=0)
        rows = np.full(len(words), -1, np.int64)
        return Lookup(np.hstack([answer.vectors for answer in answers]), found, rows)

    def _log(self, found: BoolArray, each: Sequence[BoolArray]) -> None:
        counts = [int(part.sum()) for part in each]
        log.info("found side by side", extra={"found": int(found.sum()), "found_in_source": counts})


def _tokenizer_file(sources: Sequence[VectorSource]) -> Path | None:
    files = {sha256(file): file for file in map(tokenizer_file_of, sources) if file is not None}
    if len(files) > 1:
        what = f"sources are of the pieces of different tokenizers: {', '.join(map(str, files.values()))}"
        raise VectorFileError(Fault(what, where="embedding.sources"))
    return next(iter(files.values()), None)


def _parts(source: VectorSource, words: Sequence[str]) -> Lookup:
    import numpy as np

    if not isinstance(source, SubwordSource):
        n = len(words)
        return Lookup(np.zeros((n, source.dim), np.float32), np.zeros(n, np.bool_), np.full(n, -1, np.int64))
    return check_lookup(source, source.subword(words), len(words), source.dim, verb="subword")


def _first(rows: Sequence[IntArray]) -> IntArray:
    """Return each word's row in the first source that has it, or -1 if none has."""
    import numpy as np

    first = rows[0].copy()
    for each in rows[1:]:
        first = np.where(first < 0, each, first)
    return first
