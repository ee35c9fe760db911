"""Texts as a text encoder splits them: its words are the tokens of a run."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.text.encoding import TokenizedSplit
from embedkit.text.tokens import Tokens

if TYPE_CHECKING:
    from embedkit.data.examples import Examples
    from embedkit.files.storage import Storage
    from embedkit.interfaces import Pieces, TextModel

AT_ONCE = 1_000
"""Texts that a text encoder splits at once."""


def pieces_of(model: TextModel, texts: Sequence[str]) -> Iterator[Pieces]:
    """Yield the pieces of all texts, of some texts at once. Raises ComponentError for what is no Pieces."""
    for first in range(0, len(texts), AT_ONCE):
        yield model.pieces(texts[first : first + AT_ONCE])


@dataclass(frozen=True)
class ReadWords:
    """The words of n texts that a text encoder reads, and how many of each text it does not, `cut` [n]."""

    tokens: Tokens
    cut: Sequence[int]

    @classmethod
    def of(cls, model: TextModel, texts: Sequence[str], storage: Storage) -> ReadWords:
        """Split texts into words, which are kept in `storage`."""
        cut = array("q")

        def read() -> Iterator[Sequence[str]]:
            for pieces in pieces_of(model, texts):
                for words, count in zip(pieces.tokens, pieces.read.tolist(), strict=True):
                    cut.append(len(words) - count)
                    yield words[:count]

        return cls(Tokens.of(read(), storage), cut)

    def split(self, name: str, examples: Examples, positions: Sequence[int]) -> TokenizedSplit:
        """Return a split of the texts at `positions`, which are those of `examples`."""
        cut = [self.cut[position] for position in positions]
        return TokenizedSplit(name, examples, self.tokens.take(positions), cut)
