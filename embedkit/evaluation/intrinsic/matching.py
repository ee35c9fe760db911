"""Look-up of a test set's words in a source: case, number of words that count, alternative spellings."""

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
    """Return the word itself as its only spelling."""
    return (word,)


@dataclass(frozen=True)
class Found:
    """The words that a source has: `words` [m] as the source spells them, and `vectors` float32 [m, D].

    `row_of` maps each word of the test set that was found to its row.
    """

    words: Sequence[str]
    vectors: FloatArray
    row_of: Mapping[str, int]

    def has(self, words: Iterable[str]) -> bool:
        """Return whether all `words` were found."""
        return all(word in self.row_of for word in words)

    def spelt(self, words: Iterable[str]) -> tuple[str | None, ...]:
        """Return each of `words` as the source spells it, or None if it was not found."""
        return tuple(self.words[self.row_of[word]] if word in self.row_of else None for word in words)


@dataclass(frozen=True)
class Matching:
    """How words are looked up. The defaults are gensim's, so that figures can be compared with gensim's.

    With `case` `fold`, words are equal if they are equal in upper case, and the first such word of the source
    counts. `restrict` is the number of rows of the source that count, from the first; None for all.
    `spellings` returns the spellings to look up for a word, best first, beginning with the word itself.
    """

    case: Case = "fold"
    restrict: int | None = RESTRICT
    spellings: Callable[[str], Sequence[str]] = as_written

    def key(self, word: str) -> str:
        """Return the form in which words are compared: in upper case if case is folded."""
        return word.upper() if self.case == "fold" else word

    def find(self, source: VectorSource, words: Iterable[str], listed: Sequence[str] | None = None) -> Found:
        """Find `words` in a source, and return their vectors.

        `listed` are the words of the rows that count, if they are known already. Raises VectorFileError with
        `fold` for a source that cannot list its words.
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
        """Return, by key, the first of the `listed` words with that key; keys without one are left out."""
        wanted = {*keys}
        names: dict[str, str] = {}
        for word in listed:
            if (key := self.key(word)) in wanted:
                names.setdefault(key, word)
        return names
