"""How the words of a set are found in a source: in which case, among how many words, in which spellings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from embedkit.evaluation.intrinsic.listing import list_words
from embedkit.interfaces.contracts import check_lookup

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray, VectorSource

Case = Literal["fold", "exact"]
Missing = Literal["skip", "zero"]

RESTRICT = 300_000
"""Words of a source that count, from its beginning, unless said otherwise: gensim's `restrict_vocab`."""


def as_written(word: str) -> Sequence[str]:
    """The word alone."""
    return (word,)


@dataclass(frozen=True)
class Found:
    """`vectors` float32 [m, D] of the `words` [m] of a source; `row_of` leads from a set's words to them."""

    words: Sequence[str]
    vectors: FloatArray
    row_of: Mapping[str, int]

    def has(self, words: Iterable[str]) -> bool:
        """Whether every one of `words` was found."""
        return all(word in self.row_of for word in words)

    def spelt(self, words: Iterable[str]) -> tuple[str | None, ...]:
        """Each of `words` as the source spells it; None where it was not found."""
        return tuple(self.words[self.row_of[word]] if word in self.row_of else None for word in words)


@dataclass(frozen=True)
class Matching:
    """The defaults are gensim's, so that figures can be compared with those that gensim gives.

    With `case` `fold` words are equal when they are in upper case, and the source's first such word counts.
    `restrict` is how many rows of the source count, from its first; None for all. `spellings` gives what to
    look up for a word, best first, as it stands with itself first.
    """

    case: Case = "fold"
    restrict: int | None = RESTRICT
    spellings: Callable[[str], Sequence[str]] = as_written

    def key(self, word: str) -> str:
        """What equal words have in common."""
        return word.upper() if self.case == "fold" else word

    def find(self, source: VectorSource, words: Iterable[str], listed: Sequence[str] | None = None) -> Found:
        """Look `words` up. `listed` are the words of the rows that count, where they are known already.

        Raises VectorFileError with `fold` for a source that cannot list its words.
        """
        tried = {word: [self.key(each) for each in self.spellings(word)] for word in dict.fromkeys(words)}
        keys = dict.fromkeys(key for each in tried.values() for key in each)
        names = {key: key for key in keys}
        if self.case == "fold":
            names = self._first(keys, list_words(source, self.restrict) if listed is None else listed)
        lookup = check_lookup(source, source.lookup([*names.values()]), len(names), source.dim)
        hits = lookup.found if self.restrict is None else lookup.found & (lookup.rows < self.restrict)
        known = [key for key, hit in zip(names, hits.tolist(), strict=True) if hit]
        row_of_key = {key: row for row, key in enumerate(known)}
        first = {word: next((key for key in each if key in row_of_key), None) for word, each in tried.items()}
        row_of = {word: row_of_key[key] for word, key in first.items() if key is not None}
        return Found([names[key] for key in known], lookup.vectors[hits], row_of)

    def _first(self, keys: Iterable[str], listed: Iterable[str]) -> dict[str, str]:
        """The first of the listed words for each key that one of them has."""
        wanted = {*keys}
        names: dict[str, str] = {}
        for word in listed:
            if (key := self.key(word)) in wanted:
                names.setdefault(key, word)
        return names
