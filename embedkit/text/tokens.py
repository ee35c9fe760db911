"""The tokens of many texts, stored as numbers of distinct words."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Literal, overload

from embedkit.files.rows import Rows
from embedkit.files.storage import InMemory
from embedkit.interfaces.contracts import check_tokens

if TYPE_CHECKING:
    from embedkit.files.storage import Storage
    from embedkit.interfaces import Tokenizer

AT_ONCE = 10_000
"""Texts that a tokenizer is given at once."""


class Tokens(Sequence[list[str]]):
    """The tokens of n texts: rows of int32 `numbers`, which index the distinct `words` from 0.

    A list of tokens is built on access. A selection of texts keeps the `words` of all texts.
    """

    def __init__(self, words: Sequence[str], numbers: Rows) -> None:
        self.words = words
        self.numbers = numbers

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]], storage: Storage | None = None) -> Tokens:
        """Make Tokens in `storage`, by default in memory; words are numbered by first appearance."""
        number: dict[str, int] = {}

        def numbered() -> Iterator[array[int]]:
            for tokens in texts:
                yield array("i", [number.setdefault(token, len(number)) for token in tokens])

        numbers = Rows.stored(numbered(), "i", storage or InMemory())
        return cls([*number], numbers)

    def __len__(self) -> int:
        return len(self.numbers)

    @overload
    def __getitem__(self, text: int) -> list[str]: ...

    @overload
    def __getitem__(self, text: slice) -> list[list[str]]: ...

    def __getitem__(self, text: int | slice) -> list[str] | list[list[str]]:
        if isinstance(text, slice):
            return [self[each] for each in range(*text.indices(len(self)))]
        return self._named(self.numbers[text])

    def __iter__(self) -> Iterator[list[str]]:
        return map(self._named, self.numbers)

    def _named(self, numbers: array[int]) -> list[str]:
        return [*map(self.words.__getitem__, numbers)]

    def take(self, texts: Sequence[int]) -> Tokens:
        """Return the tokens of the texts with the numbers `texts`, which must be ascending."""
        return Tokens(self.words, self.numbers.take(texts))

    def shortened(self, max_length: int | None, cut: Literal["head", "tail"]) -> Tokens:
        """Return at most `max_length` tokens of each text; tokens at the `cut` end are dropped."""
        if max_length is None:
            return self
        begins, ends = self.numbers.begins, self.numbers.ends
        if cut == "tail":
            ends = array("q", [min(e, b + max_length) for b, e in zip(begins, ends, strict=True)])
        else:
            begins = array("q", [max(b, e - max_length) for b, e in zip(begins, ends, strict=True)])
        return Tokens(self.words, Rows(self.numbers.column, begins, ends))

    @cached_property
    def counts(self) -> Counter[str]:
        """Return the count of each word, in order of first appearance."""
        counted: Counter[int] = Counter()
        for block in self.numbers.blocks():
            counted.update(chain.from_iterable(block))
        return Counter({self.words[number]: count for number, count in counted.items()})


@dataclass(frozen=True)
class Tokenizing:
    """A tokenizer applied to many texts."""

    tokenizer: Tokenizer

    def tokens(self, texts: Sequence[str], storage: Storage) -> Tokens:
        """Return the tokens of `texts`, in `storage`. Raises ComponentError as `tokenized` does."""
        return Tokens.of(tokenized(self.tokenizer, texts), storage)


def tokenized(tokenizer: Tokenizer, texts: Sequence[str]) -> Iterator[list[str]]:
    """Yield the tokens of each text. Raises ComponentError if the tokenizer returns anything else."""
    for first in range(0, len(texts), AT_ONCE):
        some = texts[first : first + AT_ONCE]
        yield from check_tokens(tokenizer, tokenizer.tokenize(some), some)
