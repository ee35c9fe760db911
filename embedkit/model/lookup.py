"""Which spelling of a word, if any, a source knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain as chained
from itertools import compress
from typing import TYPE_CHECKING, Literal

import numpy as np

from embedkit.interfaces.contracts import check_lookup
from embedkit.model.oov import OovChain

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray, VectorSource

Origin = Literal["pad", "unk", "found", "recovered", "filled"]


@dataclass(frozen=True)
class Hits:
    """For n words, the first spelling that a source has, or None; `vectors` float32 [m, D] of the m found."""

    words: Sequence[str]
    spellings: Sequence[str | None]
    vectors: FloatArray

    def origin(self) -> list[Origin]:
        """Return the origin of each word: found as is, recovered by another spelling, or to be filled."""
        return [
            "filled" if spelling is None else "found" if spelling == word else "recovered"
            for word, spelling in zip(self.words, self.spellings, strict=True)
        ]

    def via(self) -> list[str]:
        """Return the other spelling by which each word was recovered, or an empty string."""
        pairs = zip(self.words, self.spellings, strict=True)
        return ["" if spelling is None or spelling == word else spelling for word, spelling in pairs]

    def found(self) -> list[str]:
        """Return the m words that the source knows, in the order of `vectors`."""
        return [
            word for word, spelling in zip(self.words, self.spellings, strict=True) if spelling is not None
        ]

    def split(self, n: int) -> tuple[Hits, Hits]:
        """Return the hits of the first `n` words and the hits of the remaining words."""
        m = n - self.spellings[:n].count(None)
        return (
            Hits(self.words[:n], self.spellings[:n], self.vectors[:m]),
            Hits(self.words[n:], self.spellings[n:], self.vectors[m:]),
        )


def look_up(words: Sequence[str], source: VectorSource, chain: OovChain) -> Hits:
    """Return the hits for `words` in a source, which is asked once for all words and all their spellings.

    Raises ComponentError if the source or a policy violates its contract.
    """
    proposed = chain.proposals(words)
    asked = dict.fromkeys(chained(words, *map(chained.from_iterable, proposed)))
    lookup = check_lookup(source, source.lookup([*asked]), len(asked), source.dim)
    known = dict(zip(compress(asked, lookup.found), np.flatnonzero(lookup.found).tolist(), strict=True))
    hits: list[str | None] = [word if word in known else None for word in words]
    for i in [i for i, hit in enumerate(hits) if hit is None]:
        others = chained.from_iterable(each[i] for each in proposed)
        hits[i] = next(filter(known.__contains__, others), None)
    return Hits(words, hits, lookup.vectors[[known[hit] for hit in hits if hit is not None]])
