"""Tiers: groups of candidates that the texts cannot tell from the best of the group.

A tier is what is left when the best of the candidates that stand in no better tier has been tested against
each of the others, with Holm's correction (1979) for the number of these tests. A candidate that a race has
dropped counts as told from the best: it has taken one of the first steps of Holm's procedure, which leaves
the other steps as they are. That the best was chosen by the same texts is not corrected for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embedkit.evaluation.comparison.several import holm
from embedkit.evaluation.ranking.pairs import CandidatePair, compare_candidates
from embedkit.evaluation.ranking.scores import CandidateScores, Measure


@dataclass(frozen=True)
class Comparison:
    """A candidate against the best one, with its p-value corrected for the number of others."""

    pair: CandidatePair
    p_holm: float | None


@dataclass(frozen=True)
class Tiers:
    """Names of candidates by tier, the best tier first, and each candidate but the best against the best."""

    tiers: tuple[tuple[str, ...], ...]
    against_best: Mapping[str, Comparison]

    @property
    def best(self) -> str | None:
        """Return the name of the best candidate, or None if there is none."""
        return self.tiers[0][0] if self.tiers else None


def find_tiers(candidates: Sequence[CandidateScores], measure: Measure) -> Tiers:
    """Sort candidates into tiers.

    Candidates without a score are in no tier. Within a tier the order is that of the means, then the names.
    """
    rest = ordered([own for own in candidates if own.scores], measure)
    found: list[tuple[str, ...]] = []
    against_best: dict[str, Comparison] = {}
    while rest:
        compared = compare_with_best(rest, measure)
        against_best = against_best or compared
        worse = {name for name, own in compared.items() if is_told(own, measure)}
        found.append(tuple(own.name for own in rest if own.name not in worse))
        rest = [own for own in rest if own.name in worse]
    return Tiers(tuple(found), against_best)


def compare_with_best(candidates: Sequence[CandidateScores], measure: Measure) -> dict[str, Comparison]:
    """Compare each candidate with the first one, by name."""
    best, *others = candidates
    pairs = [compare_candidates(best, own, measure) for own in others]
    corrected = holm([pair.p for pair in pairs])
    compared = map(Comparison, pairs, corrected)
    return {own.name: each for own, each in zip(others, compared, strict=True)}


def is_told(compared: Comparison, measure: Measure) -> bool:
    """Return whether a candidate is told from the best, as worse."""
    difference = compared.pair.difference
    if difference is None or compared.p_holm is None or difference * measure.sign >= 0:
        return False
    return compared.p_holm < measure.alpha


def ordered(candidates: Sequence[CandidateScores], measure: Measure) -> list[CandidateScores]:
    """Return the candidates with the best first: by mean, then by name.

    Where some have not run all folds, the means are those of an additive model of candidate and fold, so that
    nobody gains by the folds that are easy.
    """
    means = _adjusted_means(candidates)
    return sorted(candidates, key=lambda own: (-measure.sign * round(means[own.name], 12), own.name))


def _adjusted_means(candidates: Sequence[CandidateScores]) -> dict[str, float]:
    folds = sorted({fold for own in candidates for fold in own.scores})
    if all(len(own.scores) == len(folds) for own in candidates):
        return {own.name: mean for own in candidates if (mean := own.mean) is not None}
    cells = [(i, folds.index(fold), s) for i, own in enumerate(candidates) for fold, s in own.scores.items()]
    design = np.zeros((len(cells), len(candidates) + len(folds)))
    for row, (candidate, fold, _) in enumerate(cells):
        design[row, candidate] = design[row, len(candidates) + fold] = 1.0
    effects = np.linalg.lstsq(design, np.array([score for _, _, score in cells]), rcond=None)[0]
    return {own.name: float(effects[i]) for i, own in enumerate(candidates)}
