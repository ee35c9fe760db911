"""`edit-distance`: a misspelt word gets the vector of the nearest known word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, ClassVar

from annotated_types import Ge, Le

from embedkit.plugin_api import UNK, DataError, Doc, Fault, FillContext, Filled

MISSING = Fault(
    "the package rapidfuzz is not installed",
    where="oov",
    hint="Install it: pip install rapidfuzz",
)


class EditDistance:
    """The vector of the nearest known word of the training texts, for words with spelling mistakes.

    Needs `pip install rapidfuzz`. An edit inserts, deletes or replaces a character, or swaps two neighbours
    (optimal string alignment, Damerau 1964). Words are compared case-folded and decomposed (NFD), so that an
    accent, or a letter of a Hangul syllable, is a character. Words with a digit, and words that are too short
    or too far from every known word, are left to the next policy.
    """

    total: ClassVar[bool] = False

    def __init__(
        self,
        *,
        max_distance: Annotated[int, Ge(1), Le(9), Doc("the largest number of edits")] = 1,
        min_length: Annotated[int, Ge(1), Doc("characters from which on a word is compared")] = 5,
        prefix_length: Annotated[
            int, Ge(0), Doc("characters at the beginning that both words share; mistakes are rare there")
        ] = 1,
    ) -> None:
        self.max_distance = max_distance
        self.min_length = min_length
        self.prefix_length = prefix_length

    def candidates(self, word: str) -> Sequence[str]:  # noqa: ARG002
        """Return no spellings: which words are near is known only when the others are found."""
        return ()

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return the vectors of the nearest known words, which `spellings` names; other rows are unfilled.

        Of words that are equally near, the one that occurs first in the training texts is taken. Raises
        DataError if rapidfuzz is not installed.
        """
        import numpy as np

        vectors = np.zeros((len(words), context.source.dim), dtype=np.float32)
        filled = np.zeros(len(words), dtype=np.bool_)
        spellings: list[str | None] = [None] * len(words)
        for i, nearest in self._nearest(words, context.words).items():
            vectors[i], filled[i], spellings[i] = context.found[nearest], True, context.words[nearest]
        return Filled(vectors, filled, spellings)

    def _nearest(self, words: Sequence[str], known: Sequence[str]) -> Mapping[int, int]:
        """Return for each index of a word that has a near one the index of that one in `known`."""
        try:
            from embedkit_rapidfuzz.nearest import Nearest
        except ImportError as error:
            raise DataError(MISSING) from error
        nearest = Nearest(self.max_distance, self.min_length, self.prefix_length)
        return nearest.of([word if word != UNK else "" for word in words], known)
