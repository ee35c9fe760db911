"""What a ranking consists of: its candidates with their figures and tiers, and how they were compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from embedkit.evaluation.numbers import Count, Figure, Interval

STRICT = ConfigDict(extra="forbid")


@dataclass(frozen=True)
class AgainstBest:
    """The mean difference of a candidate from the best one, on the folds of both, with interval and test.

    `p_holm` is the p-value `p` corrected for the number of candidates. Both are None for a candidate that was
    dropped, as it was tested otherwise, and where they are not defined.
    """

    __pydantic_config__ = STRICT
    difference: Figure
    ci95: Interval | None
    p: Figure | None
    p_holm: Figure | None


@dataclass(frozen=True)
class RankedCandidate:
    """A candidate of a ranking: mean score, folds, cost, and its place.

    `tier` is 1 for the best tier; None for a candidate that was dropped, that failed, or that has no score.
    `dropped_after` is the last fold before it was dropped, `dropped_by` the better candidate, `e_value` the
    evidence. `seconds` is the mean time of a training, `bytes` the size of the model, `coverage` the share of
    the test tokens that have a vector.
    """

    __pydantic_config__ = STRICT
    mean: Figure | None
    ci95: Interval | None
    folds_run: Count
    tier: Annotated[int, Field(strict=True, ge=1)] | None
    dropped_after: Count | None
    dropped_by: str | None
    e_value: Figure | None
    seconds: Figure
    bytes: Count | None
    coverage: Figure | None
    against_best: AgainstBest | None
    axes: Mapping[str, Any] = field(default_factory=dict)

    @property
    def dropped(self) -> bool:
        """Return whether a race has dropped the candidate."""
        return self.dropped_after is not None


@dataclass(frozen=True)
class Trainings:
    """How many trainings were done, and how many the full grid of candidates, folds and seeds has."""

    __pydantic_config__ = STRICT
    done: Count
    full_grid: Count


@dataclass(frozen=True)
class RankingFields:
    """Candidates by tier, the best tier first, with what the texts can show about them.

    `n` is the number of texts, `folds` that of the folds planned. `test` names the test. `tiers` has every
    candidate that was not dropped, has not failed and has a score. `smallest_difference` is the smallest
    difference of means from the best that would have been found with 80% power, None if it is not defined.
    `failed` has the reason for each candidate that failed; `unfinished` names those that ran not all folds,
    though they neither failed nor were dropped. `settled_after` is the number of folds after which a race was
    stopped because the others would hardly have changed the first tier, None if it was not. `seconds` is the
    time of the whole ranking.
    """

    __pydantic_config__ = STRICT
    metric: str
    n: Count
    folds: Count
    alpha: Figure
    test: str
    race: bool
    settled_after: Count | None
    smallest_difference: Figure | None
    seconds: Figure
    tiers: tuple[tuple[str, ...], ...]
    candidates: Mapping[str, RankedCandidate]
    trainings: Trainings
    failed: Mapping[str, str]
    unfinished: tuple[str, ...]
    conclusion: str
    cheapest_of_first_tier: str | None

    @property
    def best(self) -> str | None:
        """Return the name of the candidate with the best mean, or None if no candidate has a score."""
        return self.tiers[0][0] if self.tiers else None

    @property
    def dropped(self) -> dict[str, RankedCandidate]:
        """Return the candidates that a race has dropped, by name."""
        return {name: own for name, own in self.candidates.items() if own.dropped}
