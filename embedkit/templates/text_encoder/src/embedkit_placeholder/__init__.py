"""Pieces of words, a text encoder with a small network whose weights follow from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from zlib import crc32

from annotated_types import Ge

from embedkit.plugin_api import Doc, Pieces, Register, TextEncoderContext, TextModel, hookimpl

if TYPE_CHECKING:
    from torch import nn

BEGIN, END, KNOWN = 0, 1, 2
"""The ids of the special pieces, and the first one of the others."""

PIECE = 4
"""Characters of a piece, at most."""


class Placeholder:
    """Reads words in pieces; a text is the mean of the states of its pieces.

    A real one reads its weights and its tokenizer from files.
    """

    def __init__(
        self,
        *,
        dim: Annotated[int, Ge(1), Doc("dimensions of the vectors")] = 16,
        ids: Annotated[int, Ge(3), Doc("ids of pieces, the two special ones included")] = 1000,
        positions: Annotated[int, Ge(3), Doc("the most pieces that are read of a text")] = 128,
    ) -> None:
        self.dim = dim
        self.ids = ids
        self.positions = positions

    def open(self, context: TextEncoderContext) -> TextModel:
        """Open the model."""
        return PiecesModel(self.dim, self.ids, self.positions)


class PiecesModel:
    """Splits texts at white space, and words into pieces, each with an id by its spelling."""

    def __init__(self, dim: int, ids: int, positions: int) -> None:
        self.dim = dim
        self.ids = ids
        self.positions = positions

    @property
    def digest(self) -> str:
        """Return what the vectors depend on; that of a model with files is a digest of the files."""
        return f"placeholder 1: {self.dim} {self.ids} {self.positions}"

    def pieces(self, texts: Sequence[str]) -> Pieces:
        """Split texts into words and pieces."""
        import numpy as np

        tokens = [text.split() for text in texts]
        read = [self._read(words) for words in tokens]
        flat = [piece for pieces in read for piece in pieces]
        ids, words = np.array(flat, np.int32).reshape(-1, 2).T
        return Pieces(
            ids=ids.copy(),
            words=words.copy(),
            unknown=np.zeros(len(flat), np.bool_),
            lengths=np.array([len(pieces) for pieces in read], np.int64),
            tokens=tokens,
            read=np.array([1 + pieces[-2][1] for pieces in read], np.int64),
        )

    def _read(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """Return the pieces of a text, each with the number of its word, as far as the positions reach."""
        pieces = [(BEGIN, -1)]
        for number, word in enumerate(words):
            parts = [word[first : first + PIECE] for first in range(0, len(word), PIECE)]
            if len(pieces) + len(parts) >= self.positions:
                break
            pieces += [(self._id(part), number) for part in parts]
        return [*pieces, (END, -1)]

    def _id(self, part: str) -> int:
        return KNOWN + crc32(part.encode(errors="surrogatepass")) % (self.ids - KNOWN)

    def build(self) -> nn.Module:
        """Build the network."""
        from .network import MixingNetwork

        return MixingNetwork(self.ids, self.dim)


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register `placeholder`."""
    register("placeholder", Placeholder)
