"""The counts of n-grams in texts: counted once, for the longest, of which the shorter ones are a part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np


class Counter(Protocol):
    """What counts n-grams: `ngrams.NgramBaseline`."""

    def vectorizer(self, ngrams: int) -> Any: ...

    def counted(self, texts: Sequence[str], ngrams: int) -> tuple[Any, Any]: ...


@dataclass(frozen=True)
class Counts:
    """The counts [n, F] of the n-grams of texts, of up to `longest` words, and the fitted CountVectorizer."""

    counter: Counter
    longest: int
    vectorizer: Any
    counts: Any

    @classmethod
    def of(cls, counter: Counter, texts: Sequence[str], longest: int) -> Counts:
        """Count the n-grams of `texts`. Raises DataError if no text has a word in it."""
        return cls(counter, longest, *counter.counted(texts, longest))

    def up_to(self, ngrams: int) -> tuple[Any, Any]:
        """Return a fitted CountVectorizer of n-grams of up to `ngrams` words, and their counts.

        Both are, to the order of the numbers of a text, what counting these n-grams alone would give.
        """
        if ngrams >= self.longest:
            return self.vectorizer, self.counts
        terms = self.vectorizer.get_feature_names_out().tolist()
        kept = np.array([term.count(" ") < ngrams for term in terms])
        vectorizer = self.counter.vectorizer(ngrams)
        shorter = (term for term, short in zip(terms, kept.tolist(), strict=True) if short)
        vectorizer.vocabulary_ = {term: column for column, term in enumerate(shorter)}
        return vectorizer, self.counts[:, kept]
