"""Tiers: groups of candidates that the texts cannot tell from the best of the group.

A tier is what is left when every candidate has been tested against the best of those that stand in no better
tier. The best is chosen by the same texts, so that a candidate has K - 1 possible rivals, whichever of them
turned out best: its p-value is multiplied by (K - 1)/2, the half because the direction is that of the means.
Holm's correction (1979) is then applied over the K hypotheses "this candidate is one of the best". So the
probability that the first tier lacks one of the best candidates is at most alpha (subset selection, after
Gupta 1965, in Holm's steps).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from embedkit.evaluation.ranking.pairs import CandidatePair, compare_candidates
from embedkit.evaluation.ranking.scores import CandidateScores, Measure


@dataclass(frozen=True)
class Comparison:
    """A candidate against the best one, with its p-value corrected for the number of candidates."""

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


def find_tiers(candidates: Sequence[CandidateScores], measure: Measure, dropped: int = 0) -> Tiers:
    """Sort candidates into tiers.

    `dropped` is the number of further candidates that a race has dropped: they count as told from the best.
    Candidates without a score are in no tier. Within a tier the order is that of the means, then the names.
    """
    rest = ordered([own for own in candidates if own.scores], measure)
    found: list[tuple[str, ...]] = []
    against_best: dict[str, Comparison] = {}
    while rest:
        compared = compare_with_best(rest, measure, dropped)
        against_best = against_best or compared
        worse = {name for name, own in compared.items() if is_told(own, measure)}
        found.append(tuple(own.name for own in rest if own.name not in worse))
        rest = [own for own in rest if own.name in worse]
    return Tiers(tuple(found), against_best)


def compare_with_best(
    candidates: Sequence[CandidateScores], measure: Measure, dropped: int
) -> dict[str, Comparison]:
    """Compare each candidate with the first one, by name; `dropped` as in `find_tiers`."""
    best, *others = candidates
    pairs = [compare_candidates(best, own, measure) for own in others]
    known = [pair.p for pair in pairs if pair.p is not None]
    corrected = iter(step_down(known, dropped))
    return {
        own.name: Comparison(pair, None if pair.p is None else next(corrected))
        for own, pair in zip(others, pairs, strict=True)
    }


def step_down(p_values: Sequence[float], dropped: int = 0) -> list[float]:
    """Return p-values against the best of K candidates, corrected as the module says.

    K is the number of p-values, the best candidate and the `dropped` ones, which take the first steps.
    """
    rivals = len(p_values) + dropped
    order = np.argsort(p_values, kind="stable")
    corrected = np.empty(len(p_values))
    largest = 0.0
    for step, position in enumerate(order):
        factor = holm_factor(len(p_values) + 1 - step, rivals + 1)
        largest = max(largest, min(1.0, p_values[position] * factor))
        corrected[position] = largest
    return [float(p) for p in corrected]


def holm_factor(left: int, candidates: int) -> float:
    """Return what a p-value is multiplied by, where so many of the `candidates` are `left` to be the best."""
    return left * (candidates - 1) / 2


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
    effects = np.linalg.lstsq(design, np.array([score for _, _, score in cells]))[0]
    return {own.name: float(effects[i]) for i, own in enumerate(candidates)}
