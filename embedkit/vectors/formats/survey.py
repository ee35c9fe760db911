"""Surveys the rows before they are written: counts them, and finds the words that the format cannot hold."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable
from pathlib import Path

from embedkit.errors import Fault, VectorFileError
from embedkit.vectors.formats.text_faults import is_matrix
from embedkit.vectors.formats.writers import WRITERS
from embedkit.vectors.reading import Block

log = logging.getLogger(__name__)

SHOWN = 5
"""Words that are named of those that a format cannot hold."""

FIRST = 16
"""Words by which a reader of GloVe text tells a matrix without words."""


class Survey:
    """A survey of the rows to write: their `count`, and whether `bfloat16` can store them without loss.

    `bfloat16` is True for safetensors only.
    """

    def __init__(self, format: str, dim: int) -> None:
        self.count = 0
        self.bfloat16 = format == "safetensors"
        self._format = format
        self._dim = dim
        self._refuses = _refusing(format, dim)
        self._refused: list[bytes] = []
        self._first: list[bytes] = []

    def add(self, block: Block) -> None:
        """Add a block of rows to the survey."""
        import numpy as np

        refused = [word for word in block.words if self._refuses(word) is not None]
        self._refused += refused
        self._first += block.words[: FIRST - len(self._first)]
        self.count += len(block.words) - len(refused)
        low_bits = np.ascontiguousarray(block.vectors).view(np.uint32) & 0xFFFF
        self.bfloat16 = self.bfloat16 and not low_bits.any()

    def held(self, block: Block) -> Block:
        """Return the block without the rows whose words the format cannot hold."""
        if not self._refused:
            return block
        rows = [row for row, word in enumerate(block.words) if self._refuses(word) is None]
        return block.only(rows)

    def settle(self, target: Path, skip: bool) -> None:
        """Raise VectorFileError for words that the format cannot hold; with `skip`, warn of them instead.

        Even with `skip`, raises it if no row would be left, or if GloVe text would look like a matrix without
        words.
        """
        if self._format == "glove-text" and is_matrix([[word] for word in self._first]):
            what = "cannot hold these words: the first are all numbers, as in a matrix without words"
            raise VectorFileError(Fault(what, str(target), hint="word2vec-text holds them."))
        if not self._refused:
            return
        if skip and self.count:
            log.warning("%s: %s left out: %s", target, self._number(), self._few())
            return
        holding = [name for name in WRITERS if not any(map(_refusing(name, self._dim), self._refused))]
        also = f"{' and '.join(holding)} can hold them; " if holding else ""
        hint = f"{also}--skip-unwritable, `skip=True`, leaves them out and names them."
        raise VectorFileError(Fault(f"cannot hold {self._number()}: {self._few()}", str(target), hint=hint))

    def _number(self) -> str:
        return f"{len(self._refused):,} word{'s' if len(self._refused) > 1 else ''}"

    def _few(self) -> str:
        few = [
            f"{word[:40].decode(errors='replace')!r} ({self._refuses(word)})"
            for word in self._refused[: SHOWN + 1]
        ]
        return ", ".join(few[:SHOWN]) + (", …" if len(few) > SHOWN else "")


def _refusing(format: str, dim: int) -> Callable[[bytes], str | None]:
    """Return the function that tells why this format cannot hold a word, or None if it can."""
    return WRITERS[format]([io.BytesIO(), io.BytesIO()], 0, dim, False).refuses
