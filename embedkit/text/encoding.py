"""From texts to token ids: the one place where tokens are turned into rows of the embedding matrix."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from embedkit.data.examples import Examples
from embedkit.errors import Fault
from embedkit.text.tokens import Tokens
from embedkit.text.vocabulary import PAD_ID, Vocabulary

if TYPE_CHECKING:
    from embedkit.files.storage import Column, Storage


@dataclass(frozen=True)
class TokenizedSplit:
    """The texts of one split as tokens; `cut` counts the tokens of each text that `max_length` removed."""

    name: str
    examples: Examples
    tokens: Tokens
    cut: Sequence[int]

    @classmethod
    def of(
        cls,
        name: str,
        examples: Examples,
        tokens: Tokens,
        max_length: int | None = None,
        cut: Literal["head", "tail"] = "tail",
    ) -> TokenizedSplit:
        """Make a split of at most `max_length` tokens per text; longer texts are cut at their `cut` end."""
        return cls(name, examples, tokens, [0] * len(tokens)).shortened(max_length, cut)

    def shortened(self, max_length: int | None, cut: Literal["head", "tail"]) -> TokenizedSplit:
        """Return the split with at most `max_length` tokens per text; removed tokens are added to `cut`."""
        kept = self.tokens.shortened(max_length, cut)
        lengths = (tokens.numbers.lengths() for tokens in (self.tokens, kept))
        lost = [n + before - after for n, before, after in zip(self.cut, *lengths, strict=True)]
        return replace(self, tokens=kept, cut=lost)

    def take(self, texts: Sequence[int]) -> TokenizedSplit:
        """Return the texts with the numbers `texts`, which must be ascending."""
        examples, tokens = self.examples.take(texts), self.tokens.take(texts)
        return TokenizedSplit(self.name, examples, tokens, [self.cut[text] for text in texts])

    def ids(self, vocabulary: Vocabulary, storage: Storage) -> Column:
        """Return the ids of all tokens, int32, one text after another, with one padding id at the end."""
        import numpy as np

        row_of = np.array(vocabulary.ids(self.tokens.words), np.int32)
        column = storage.column("i")
        for block in self.tokens.numbers.blocks():
            numbers = np.frombuffer(b"".join(block), np.int32)
            column.extend(array("i", row_of[numbers].tobytes()))
        column.extend(array("i", [PAD_ID]))
        return column


def check_cut(splits: Mapping[str, TokenizedSplit]) -> list[Fault]:
    """Return a fault for each split in which more than 10 % of the texts lose tokens to `max_length`."""
    faults = []
    for name, split in splits.items():
        shortened = sum(map(bool, split.cut))
        if shortened * 10 > len(split.cut):
            longest = max(map(int.__add__, split.tokens.numbers.lengths(), split.cut))
            what = f"{shortened:,} of {len(split.cut):,} texts lose tokens to their limit"
            faults.append(Fault(f"{what}; the longest has {longest:,}", where=f"data.{name}"))
    return faults
