"""Word similarity: do the cosines of word vectors rank pairs of words as people do?

The measure is Spearman's rank correlation, as is usual for WordSim-353 (Finkelstein et al. 2002), SimLex-999
(Hill et al. 2015) and RG-65 (Rubenstein & Goodenough 1965).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from embedkit.evaluation.intrinsic.matching import Found, Matching, Missing
from embedkit.evaluation.intrinsic.sets import Pair
from embedkit.vectors.cosine import unit_rows

if TYPE_CHECKING:
    from embedkit.interfaces import VectorSource


class ScoredPair(NamedTuple):
    """A pair, its words as the source spells them (None where it lacks them), and their cosine.

    `cosine` is None for a pair that is left out, and 0 if one of the vectors is zero.
    """

    pair: Pair
    found: tuple[str | None, ...]
    cosine: float | None


@dataclass(frozen=True)
class SimilarityResult:
    """Spearman's `rho` with its two-sided `p_value`, and every pair with its cosine, in the order of the set.

    Both are None where they are not defined; `undefined` says why, and is None where they are.
    """

    pairs: Sequence[ScoredPair]
    rho: float | None
    p_value: float | None
    undefined: str | None

    @property
    def n(self) -> int:
        """Return the number of pairs that `rho` is computed over."""
        return sum(scored.cosine is not None for scored in self.pairs)

    @property
    def oov(self) -> int:
        """Return the number of pairs with a word that the source lacks."""
        return sum(None in scored.found for scored in self.pairs)

    @property
    def oov_share(self) -> float:
        """Return the share of pairs with a word that the source lacks."""
        return self.oov / len(self.pairs) if self.pairs else 0.0


def similarity(
    source: VectorSource,
    pairs: Sequence[Pair],
    matching: Matching | None = None,
    missing: Missing = "skip",
) -> SimilarityResult:
    """Evaluate how well the cosines of `source` rank `pairs`, as gensim's `evaluate_word_pairs` does.

    Pairs with a word that the source lacks are left out under `missing` `skip`; under `zero` their cosine is
    0 (gensim's `dummy4unknown`). Raises what `Matching.find` raises.
    """
    found = (matching or Matching()).find(source, (w for pair in pairs for w in (pair.first, pair.second)))
    unknown = 0.0 if missing == "zero" else None
    asked = [pair for pair in pairs if found.has((pair.first, pair.second))]
    cosine_of = dict(zip(asked, _cosines(asked, found), strict=True))
    scored = [
        ScoredPair(pair, found.spelt((pair.first, pair.second)), cosine_of.get(pair, unknown))
        for pair in pairs
    ]
    return SimilarityResult(scored, *rank_correlation(scored))


def _cosines(pairs: Sequence[Pair], found: Found) -> list[float]:
    """Return the cosine of each pair in gensim's arithmetic: norms in float64, products of float32 vectors.

    In any other, cosines that are nearly equal might rank in another order, and rho would differ.
    """
    units = unit_rows(found.vectors.astype(np.float64), reciprocal=True).astype(np.float32)
    return [float(np.dot(units[found.row_of[p.first]], units[found.row_of[p.second]])) for p in pairs]


def rank_correlation(scored: Sequence[ScoredPair]) -> tuple[float | None, float | None, str | None]:
    """Return Spearman's rho of scores and cosines, its p-value, and why one of them is undefined, or None."""
    from scipy.stats import spearmanr

    kept = [(each.pair.score, each.cosine) for each in scored if each.cosine is not None]
    if len(kept) < 2:
        return None, None, f"{'only one' if kept else 'no'} pair could be asked"
    scores, cosines = zip(*kept, strict=True)
    for name, values in (("score", scores), ("cosine", cosines)):
        if len({*values}) == 1:
            return None, None, f"all {len(kept):,} pairs have the same {name}"
    rho, p_value = map(float, spearmanr(scores, cosines))
    if math.isnan(p_value):
        return rho, None, f"{len(kept)} pairs are too few for a p-value"
    return rho, p_value, None
