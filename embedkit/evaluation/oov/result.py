"""The out-of-vocabulary analysis of a run as typed data: the content of oov.json, field by field.

The fields are named and ordered as the keys of the file; `from_json` checks what it reads. A figure over
several seeds is their mean, and None if one of them has none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, ClassVar

from pydantic import (
    AfterValidator,
    Field,
    PlainSerializer,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from embedkit.evaluation.numbers import LARGEST, Figure, Interval
from embedkit.model.token_states import OF_PIECES, OF_WORDS, State, StateSet, Word

ROUNDING = 1e-9
"""How far rounding may put an error rate outside of its interval."""


def _checked(number: float, check: ValidatorFunctionWrapHandler) -> float:
    """Check a number, and return it as it is: an integer stays one."""
    check(number)
    return number


def _unchanged(number: float) -> int | float:
    """Return a number as it is: pydantic would write an integer as a float."""
    return number


Name = Annotated[str, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Amount = Annotated[
    float, Field(strict=True, ge=0, le=LARGEST), WrapValidator(_checked), PlainSerializer(_unchanged)
]
"""A count, an integer; over several seeds a mean of counts."""

Seed = Annotated[str, Field(strict=True, pattern=r"^(0|[1-9][0-9]{0,18})$")]


class CountsByState:
    """Counts of tokens, or types: a field for each state of `state_set`, and one for the amount."""

    state_set: ClassVar[StateSet]

    @property
    def counts(self) -> dict[str, float]:
        """Return the counts by the names of their fields."""
        return {name: getattr(self, name) for name in (*self.state_set.states, self.state_set.amount)}

    @property
    def by_state(self) -> dict[State, float]:
        """Return the count in each state."""
        return {state: getattr(self, state) for state in self.state_set.states}

    @property
    def amount(self) -> float:
        """Return the sum of the amounts: tokens that were looked up, or pieces."""
        return float(getattr(self, self.state_set.amount))

    @property
    def total(self) -> float:
        """Return the count in all states."""
        return sum(self.by_state.values())

    @property
    def missing(self) -> float:
        """Return the count out of vocabulary."""
        return sum(count for state, count in self.by_state.items() if state in self.state_set.missing)

    @property
    def with_vector(self) -> float:
        """Return the count of those that the model has a vector for."""
        states = self.state_set.without_vector
        return sum(count for state, count in self.by_state.items() if state not in states)


@dataclass(frozen=True)
class StateCounts(CountsByState):
    """Counts with a model of word vectors; those that are looked up are in their states too."""

    state_set: ClassVar[StateSet] = OF_WORDS
    covered: Amount
    recovered: Amount
    filled: Amount
    unseen: Amount
    dropped: Amount
    looked_up: Amount


@dataclass(frozen=True)
class PieceCounts(CountsByState):
    """Counts with a text encoder, and the number of all `pieces`."""

    state_set: ClassVar[StateSet] = OF_PIECES
    whole: Amount
    split: Amount
    unknown: Amount
    pieces: Amount


COUNTS: Mapping[StateSet, type[StateCounts | PieceCounts]] = {
    OF_WORDS: StateCounts,
    OF_PIECES: PieceCounts,
}


def state_counts(words: Mapping[Word, int], state_set: StateSet) -> StateCounts | PieceCounts:
    """Return the counts of words that are read so often, by state."""
    counts: dict[str, int] = dict.fromkeys((*state_set.states, state_set.amount), 0)
    for word, count in words.items():
        counts[word.state] += count
        counts[state_set.amount] += count * word.amount
    return COUNTS[state_set](**counts)


def _checked_counts(content: object, _check: object) -> StateCounts | PieceCounts:
    """Return counts of the kind whose keys `content` has. Raises ValidationError at the keys themselves."""
    pieces = isinstance(content, PieceCounts) or (isinstance(content, Mapping) and "whole" in content)
    return _counts_adapter(PieceCounts if pieces else StateCounts).validate_python(content)


@cache
def _counts_adapter(kind: type[StateCounts | PieceCounts]) -> TypeAdapter[StateCounts | PieceCounts]:
    return TypeAdapter(kind)


Counts = Annotated[
    StateCounts | PieceCounts,
    WrapValidator(_checked_counts),
    PlainSerializer(lambda counts: counts.counts),
]


@dataclass(frozen=True)
class KindCounts:
    """Counts for all tokens, and for content tokens alone."""

    all: Counts
    content: Counts


@dataclass(frozen=True)
class WordCounts:
    """Counts of tokens and types."""

    tokens: KindCounts
    types: KindCounts


@dataclass(frozen=True)
class Coverage(WordCounts):
    """Counts for a split, the number of its `cut` tokens, and the counts for each of its classes."""

    cut: Amount
    classes: Mapping[Name, WordCounts]

    @property
    def state_set(self) -> StateSet:
        """Return the states that tokens can have with the model."""
        return self.tokens.all.state_set


@dataclass(frozen=True)
class MissingWord:
    """An out-of-vocabulary word, how often it is read, and whether it is a content word.

    `pieces` is the mean number of its pieces, None unless the model is a text encoder.
    """

    word: Name
    count: Amount
    state: State
    content: Flag
    pieces: Annotated[float, Field(strict=True, ge=0, le=LARGEST)] | None = None


@dataclass(frozen=True)
class Bucket:
    """The error rate, with its interval, of texts whose out-of-vocabulary share is in a range.

    `over` is None for texts of which nothing is missing; the rate and the interval are None without texts.
    """

    over: Share | None
    up_to: Share
    n: Amount
    wrong: Amount
    error_rate: Share | None
    ci95: Interval | None


def _in_order(bucket: Bucket) -> Bucket:
    rate, interval = bucket.error_rate, bucket.ci95
    if bucket.n and (rate is None or interval is None):
        raise ValueError("texts without an error rate and its interval")
    if rate is not None and interval is not None:
        low, high = interval
        ordered = -ROUNDING <= low <= rate + ROUNDING and rate <= high + ROUNDING
        if not (ordered and 0 < high <= 1 + ROUNDING):
            raise ValueError("an error rate outside of its interval")
    return bucket


@dataclass(frozen=True)
class ShareComparison:
    """The mean out-of-vocabulary shares of wrong and right texts, their difference, and error rates by share.

    `p_value` is that of a permutation test; `detectable` is the smallest difference that a test at 5% would
    show with 80% power. Figures that are not defined are None.
    """

    n_wrong: Amount
    n_right: Amount
    wrong_mean: Figure | None
    right_mean: Figure | None
    difference: Figure | None
    p_value: Figure | None
    detectable: Figure | None
    buckets: tuple[Annotated[Bucket, AfterValidator(_in_order)], ...]


@dataclass(frozen=True)
class OddsRatio:
    """The odds ratio of an error `per` so much more content share, or `why` there is none."""

    per: Figure
    value: Figure | None
    ci95: Interval | None
    p_value: Figure | None
    why: Name | None


def _with_interval(odds: OddsRatio) -> OddsRatio:
    if odds.value is not None and odds.ci95 is None:
        raise ValueError("a value without its interval")
    return odds


@dataclass(frozen=True)
class ErrorAnalysis:
    """The association of errors with out-of-vocabulary content tokens, and all tokens; `verdict` in words."""

    n: Amount
    wrong: Amount
    content: ShareComparison
    all: ShareComparison
    odds_ratio: Annotated[OddsRatio, AfterValidator(_with_interval)]
    verdict: Name

    @property
    def by_kind(self) -> dict[str, ShareComparison]:
        """Return the comparison of content tokens, and that of all tokens."""
        return {"content": self.content, "all": self.all}


@dataclass(frozen=True)
class SplitAnalysis:
    """The analysis of one split: coverage, the most frequent missing words, and its errors."""

    coverage: Coverage
    missing: tuple[MissingWord, ...]
    errors: ErrorAnalysis


@dataclass(frozen=True)
class Flips:
    """Numbers of texts whose prediction another policy would turn right or wrong."""

    turned_right: Amount
    turned_wrong: Amount


@dataclass(frozen=True)
class OtherPolicies:
    """The effect that policies other than `policy` would have had, by policy and split.

    If that cannot be told, `why` gives the reason. `refused` has the error of each policy that failed.
    """

    policy: Name
    why: Name | None
    refilled: Mapping[Name, Mapping[Name, Flips]]
    refused: Mapping[Name, Name]


@dataclass(frozen=True)
class DriftSummary:
    """The change of the embedding rows of one origin in training.

    `mean_gained` is the mean number of new neighbours of the `neighbours_of` rows whose neighbours were
    compared. Figures that are not defined are None.
    """

    rows: Amount
    moved: Amount
    mean_distance: Figure
    median_distance: Figure
    median_cosine: Figure | None
    neighbours_of: Amount
    mean_gained: Figure | None


@dataclass(frozen=True)
class OovAnalysis:
    """The out-of-vocabulary analysis of a run, by split; `drift` is None if training moved no row.

    `seeds` has the analysis of each seed, if there are several.
    """

    splits: Annotated[Mapping[Name, SplitAnalysis], Field(min_length=1)]
    policies: OtherPolicies
    drift: Mapping[Name, DriftSummary] | None
    seeds: Mapping[Seed, OovAnalysis] | None = None

    @property
    def state_set(self) -> StateSet:
        """Return the states that tokens can have with the model."""
        return next(iter(self.splits.values())).coverage.state_set

    @property
    def by_seed(self) -> Mapping[str, OovAnalysis]:
        """Return the analysis of each seed; empty if there are not several."""
        return self.seeds or {}


def from_json(content: object) -> OovAnalysis:
    """Return the analysis from the content of an oov.json. Raises pydantic's ValidationError if damaged."""
    return _adapter().validate_python(content)


def to_json(analysis: OovAnalysis) -> dict[str, object]:
    """Return the analysis as the content of an oov.json; the key `seeds` is left out where there are none."""
    content: dict[str, object] = _adapter().dump_python(analysis, mode="json", exclude_defaults=True)
    return content


def _one_state_set(analysis: OovAnalysis) -> OovAnalysis:
    """Return the analysis. Raises ValueError if its counts are of models of different kinds."""
    for split, found in analysis.splits.items():
        counted: list[WordCounts] = [found.coverage, *found.coverage.classes.values()]
        kinds = [kind for words in counted for kind in (words.tokens, words.types)]
        states = {counts.state_set for kind in kinds for counts in (kind.all, kind.content)}
        if states != {analysis.state_set}:
            raise ValueError(f"the counts of {split} are of two kinds of models")
        if not {word.state for word in found.missing} <= {*analysis.state_set.states}:
            raise ValueError(f"a missing word of {split} in a state of another kind of models")
    return analysis


def _seeds_of_splits(analysis: OovAnalysis) -> OovAnalysis:
    for seed, own in analysis.by_seed.items():
        if own.splits.keys() != analysis.splits.keys():
            raise ValueError(f"seed {seed} has other splits")
        if _one_state_set(own).state_set != analysis.state_set:
            raise ValueError(f"seed {seed} is of another kind of model")
    return analysis


@cache
def _adapter() -> TypeAdapter[OovAnalysis]:
    return TypeAdapter(
        Annotated[OovAnalysis, AfterValidator(_one_state_set), AfterValidator(_seeds_of_splits)]
    )
