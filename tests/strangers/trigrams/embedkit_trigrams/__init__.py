"""The text encoder `trigrams`: words in pieces of three characters, read by a small network."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Annotated
from zlib import crc32

from annotated_types import Ge

from embedkit.plugin_api import Doc, Pieces, Register, hookimpl

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn

    from embedkit.plugin_api import TextEncoderContext

BEGIN, END, UNKNOWN, FIRST, IDS = 1, 2, 3, 4, 500


@hookimpl
def register_text_encoders(register: Register) -> None:
    register("trigrams", Trigrams)


class Trigrams:
    """Reads words in pieces of three characters; letters beyond U+FFFF are unknown to it."""

    def __init__(
        self,
        *,
        dim: Annotated[int, Ge(1), Doc("dimensions of the vectors")] = 8,
        depth: Annotated[int, Ge(1), Doc("layers after that of embeddings")] = 2,
        positions: Annotated[int, Ge(3), Doc("the most pieces that are read of a text")] = 64,
        weights: Annotated[int, Ge(0), Doc("the seed of the weights")] = 0,
    ) -> None:
        self.dim = dim
        self.depth = depth
        self.positions = positions
        self.weights = weights

    def open(self, context: TextEncoderContext) -> Model:
        return Model(self)


class Model:
    def __init__(self, encoder: Trigrams) -> None:
        self.dim = encoder.dim
        self.encoder = encoder

    @property
    def digest(self) -> str:
        encoder = self.encoder
        return f"trigrams {encoder.dim} {encoder.depth} {encoder.positions} {encoder.weights}"

    def pieces(self, texts: Sequence[str]) -> Pieces:
        import numpy as np

        tokens = [text.split() for text in texts]
        read = [self._read(words) for words in tokens]
        found = [*chain.from_iterable(read)]
        ids, words = ([each[column] for each in found] for column in (0, 1))
        return Pieces(
            ids=np.array(ids, np.int32),
            words=np.array(words, np.int32),
            unknown=np.array(ids, np.int32) == UNKNOWN,
            lengths=np.fromiter(map(len, read), np.int64, len(read)),
            tokens=tokens,
            read=np.fromiter((len({word for _, word in of} - {-1}) for of in read), np.int64, len(read)),
        )

    def _read(self, words: Sequence[str]) -> list[tuple[int, int]]:
        """Return the id and the word of each piece, of whole words, as far as the positions reach."""
        pieces: list[tuple[int, int]] = []
        for number, word in enumerate(words):
            own = [(_id(word[first : first + 3]), number) for first in range(0, len(word), 3)]
            if len(pieces) + len(own) > self.encoder.positions - 2:
                break
            pieces += own
        return [(BEGIN, -1), *pieces, (END, -1)]

    def build(self) -> nn.Module:
        from embedkit_trigrams.network import Network

        return Network(IDS, self.encoder.dim, self.encoder.depth, self.encoder.weights)


def _id(piece: str) -> int:
    known = max(piece) <= "\uffff"
    return FIRST + crc32(piece.encode(errors="surrogatepass")) % (IDS - FIRST) if known else UNKNOWN
