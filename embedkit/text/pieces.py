"""Texts as a text encoder splits them: its words are the tokens of a run."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from embedkit.interfaces import Pieces
from embedkit.interfaces.calling import OWNER, owner_of
from embedkit.text.encoding import TokenizedSplit
from embedkit.text.tokens import Tokens

if TYPE_CHECKING:
    from torch import nn

    from embedkit.data.examples import Examples
    from embedkit.files.storage import Storage
    from embedkit.interfaces import TextModel

AT_ONCE = 1_000
"""Texts that a text encoder splits at once."""

MOST = 100_000
"""Texts whose pieces are in memory at the most: about 1 KB each."""


def pieces_of(model: TextModel, texts: Sequence[str]) -> Iterator[Pieces]:
    """Yield the pieces of all texts, of some texts at once. Raises ComponentError for what is no Pieces."""
    for first in range(0, len(texts), AT_ONCE):
        yield model.pieces(texts[first : first + AT_ONCE])


class RememberedPieces:
    """The model of a text encoder that splits a text once, and remembers its pieces.

    A run asks for those of every text several times, as do all folds and seeds. So that not too much memory
    is taken, the pieces of `MOST` texts are remembered.
    """

    def __init__(self, model: TextModel) -> None:
        self._model = model
        self._known: dict[str, Pieces] = {}
        setattr(self, OWNER, owner_of(model))

    @property
    def dim(self) -> int:
        """Return D, the width of states and of pooled vectors."""
        return self._model.dim

    @property
    def digest(self) -> str:
        """Return what identifies the model's files and all settings that its vectors depend on."""
        return self._model.digest

    def build(self) -> nn.Module:
        """Build the network, as the model does."""
        return self._model.build()

    def pieces(self, texts: Sequence[str]) -> Pieces:
        """Return the pieces of texts, from memory if they are there."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if len(self._known) + len(new) > MOST:
            return self._model.pieces(texts)
        if new:
            self._known.update(zip(new, _apart(self._model.pieces(new)), strict=True))
        return _joined([self._known[text] for text in texts])


def _apart(pieces: Pieces) -> Iterator[Pieces]:
    """Yield the pieces of each text by themselves."""
    last = 0
    for number, length in enumerate(pieces.lengths.tolist()):
        first, last = last, last + length
        yield Pieces(
            ids=pieces.ids[first:last],
            words=pieces.words[first:last],
            unknown=pieces.unknown[first:last],
            lengths=pieces.lengths[number : number + 1],
            tokens=pieces.tokens[number : number + 1],
            read=pieces.read[number : number + 1],
        )


def _joined(parts: Sequence[Pieces]) -> Pieces:
    """Return the pieces of several texts as one."""
    import numpy as np

    def column(name: str, kind: Any) -> Any:
        return np.concatenate([np.empty(0, kind), *(getattr(each, name) for each in parts)])

    return Pieces(
        ids=column("ids", np.int32),
        words=column("words", np.int32),
        unknown=column("unknown", np.bool_),
        lengths=column("lengths", np.int64),
        tokens=[words for each in parts for words in each.tokens],
        read=column("read", np.int64),
    )


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
