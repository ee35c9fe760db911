"""The metrics of a run as typed data: the content of metrics.json, with a type for each kind of run.

Metrics have keys of their own in the file, between the fields that every split has; here they are in
`scores`. `from_json` functions check what they read, and raise pydantic's ValidationError, or ValueError.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import cache
from typing import Annotated, ClassVar

from pydantic import AfterValidator, ConfigDict, Discriminator, Field, Tag, TypeAdapter, model_validator

from embedkit.evaluation.numbers import LARGEST, Count, Figure, Interval, Number
from embedkit.evaluation.summary import Estimate, Listing, MetricValue, Summary

NUMBER, OTHER, LEFT_OUT, FITTED = "(number)", "(other)", "(left out)", "(fitted)"
NO_KEYS = frozenset({"scores", NUMBER, OTHER, LEFT_OUT, FITTED})
"""Parts of the place of a fault that are no keys of metrics.json."""

Reasons = Mapping[str, str]
"""Why metrics are not defined, by name."""


def _is_score(value: MetricValue) -> MetricValue:
    """Return the value of a metric. Raises ValueError if it is none, such as a text."""
    if value is not None and not isinstance(value, int | float | Mapping):
        raise ValueError("no figure")
    return value


def _named(tag: str, key: str, other: str) -> Discriminator:
    """Return a discriminator: `tag` for an object with `key`, else `other`."""
    return Discriminator(lambda content: tag if isinstance(content, Mapping) and key in content else other)


Score = Annotated[MetricValue, AfterValidator(_is_score)]
ScoreSummary = Annotated[
    Annotated[Summary, Tag(NUMBER)] | Annotated[Listing, Tag(OTHER)],
    _named(NUMBER, "mean", OTHER),
]
"""A metric over several runs."""


class WithScores:
    """A result whose metrics have keys of their own in metrics.json; read, they are in its field `scores`."""

    @model_validator(mode="before")
    @classmethod
    def _gather_scores(cls, content: object) -> object:
        if not isinstance(content, Mapping):
            return content
        own = {each.name for each in fields(cls)} - {"scores"}  # type: ignore[arg-type]
        scores = {name: value for name, value in content.items() if name not in own}
        return {**{name: content[name] for name in own & content.keys()}, "scores": scores}


@dataclass(frozen=True)
class LeftOut:
    """The reason why a baseline has no figures."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    left_out: str

    def to_json(self) -> dict[str, object]:
        """Return the entry of metrics.json."""
        return asdict(self)


@dataclass(frozen=True)
class AgainstModel:
    """The accuracy of a baseline less the model's on the same examples, with its interval and test.

    `p` is the p-value of the test over examples, `p_holm` the same corrected for the number of baselines.
    `smallest_difference` is the smallest that the test would have detected, None if there is none.
    """

    difference: Figure
    ci95: Interval
    only_baseline_right: Count
    only_model_right: Count
    p: Figure
    smallest_difference: Figure | None
    p_holm: Figure | None

    @property
    def mean_difference(self) -> float:
        """Return the difference."""
        return self.difference

    @property
    def interval(self) -> Interval:
        """Return the interval of the difference."""
        return self.ci95


@dataclass(frozen=True)
class AgainstModels:
    """The differences of a baseline from the models of several runs, and their test over folds.

    `p` and `p_holm`, the p-value and its correction for the number of baselines, are None for runs that
    differ by seed alone.
    """

    difference: Estimate
    p: Figure | None
    p_holm: Figure | None

    @property
    def mean_difference(self) -> float:
        """Return the mean of the differences."""
        return self.difference.mean

    @property
    def interval(self) -> Interval:
        """Return the interval of the mean difference."""
        return self.difference.ci95


Choices = Mapping[str, str | Number]
"""The parameters that a baseline selected by itself, by name."""


@dataclass(frozen=True)
class BaselineResult(WithScores):
    """The figures of a baseline on one split. `scores` has the recipe's metrics but accuracy, by name.

    `undefined` has the reason for each metric that failed.
    """

    accuracy: Figure
    accuracy_ci95: Interval
    against_model: AgainstModel
    scores: Mapping[str, Score] = field(default_factory=dict)
    undefined: Reasons = field(default_factory=dict)
    chosen: Choices = field(default_factory=dict)

    @property
    def choices(self) -> tuple[Choices, ...]:
        """Return the parameters that the baseline selected, as the only entry; none if it selects none."""
        return (self.chosen,) if self.chosen else ()

    def to_json(self) -> dict[str, object]:
        """Return the entry of metrics.json."""
        return {
            "accuracy": self.accuracy,
            "accuracy_ci95": self.accuracy_ci95,
            **self.scores,
            **({"undefined": self.undefined} if self.undefined else {}),
            **({"chosen": self.chosen} if self.chosen else {}),
            "against_model": asdict(self.against_model),
        }


@dataclass(frozen=True)
class ChosenByRun:
    """The parameters that a baseline selected in each run."""

    folds: tuple[Choices, ...]


@dataclass(frozen=True)
class BaselineSummary(WithScores):
    """The figures of a baseline over several runs."""

    accuracy: Estimate
    accuracy_ci95: Listing
    against_model: AgainstModels
    scores: Mapping[str, ScoreSummary] = field(default_factory=dict)
    undefined: Listing | None = None
    chosen: ChosenByRun | None = None

    @property
    def choices(self) -> tuple[Choices, ...]:
        """Return the parameters that the baseline selected in each run; none if it selects none."""
        return self.chosen.folds if self.chosen else ()

    def to_json(self) -> dict[str, object]:
        """Return the entry of metrics.json."""
        return {
            "accuracy": self.accuracy.to_json(),
            "accuracy_ci95": self.accuracy_ci95.to_json(),
            **{name: figure.to_json() for name, figure in self.scores.items()},
            **({"undefined": self.undefined.to_json()} if self.undefined else {}),
            **({"chosen": asdict(self.chosen)} if self.chosen else {}),
            "against_model": asdict(self.against_model),
        }


BaselineEntry = Annotated[
    Annotated[LeftOut, Tag(LEFT_OUT)] | Annotated[BaselineResult, Tag(FITTED)],
    _named(FITTED, "accuracy", LEFT_OUT),
]
BaselineSummaryEntry = Annotated[
    Annotated[LeftOut, Tag(LEFT_OUT)] | Annotated[BaselineSummary, Tag(FITTED)],
    _named(FITTED, "accuracy", LEFT_OUT),
]


@dataclass(frozen=True)
class SplitMetrics(WithScores):
    """The metrics of a model on n texts of one split. `scores` has the recipe's metrics by name, in order.

    A split without labels has no loss and no scores. `accuracy_ci95` is the Wilson interval of the metric
    `accuracy` (Wilson 1927). `undefined` has the reason for each metric that failed; its score is None.
    """

    n: Annotated[int, Field(strict=True, gt=0, le=LARGEST)]
    loss: Figure | None = None
    scores: Mapping[str, Score] = field(default_factory=dict)
    accuracy_ci95: Interval | None = None
    undefined: Reasons = field(default_factory=dict)
    baselines: Mapping[str, BaselineEntry] = field(default_factory=dict)

    def value(self, metric: str) -> MetricValue:
        """Return the score of `metric`, or the loss for `loss`. Raises KeyError if there is none."""
        return {"loss": self.loss, **self.scores}[metric]

    def to_json(self) -> dict[str, object]:
        """Return the entry of metrics.json: the interval of the accuracy stands behind the accuracy."""
        content: dict[str, object] = {"n": self.n}
        if self.loss is not None:
            content["loss"] = self.loss
        for name, score in self.scores.items():
            content[name] = score
            if name == "accuracy" and self.accuracy_ci95 is not None:
                content["accuracy_ci95"] = self.accuracy_ci95
        if self.undefined:
            content["undefined"] = self.undefined
        if self.baselines:
            content["baselines"] = {name: each.to_json() for name, each in self.baselines.items()}
        return content


@dataclass(frozen=True)
class SplitSummary(WithScores):
    """The metrics of the models of several runs on one split."""

    n: Summary
    loss: Summary | None = None
    scores: Mapping[str, ScoreSummary] = field(default_factory=dict)
    accuracy_ci95: Listing | None = None
    undefined: Listing | None = None
    baselines: Mapping[str, BaselineSummaryEntry] = field(default_factory=dict)

    @property
    def numbers(self) -> dict[str, Summary]:
        """Return `n`, `loss` and every metric that is a number, by name."""
        figures = {"n": self.n, "loss": self.loss, **self.scores}
        return {name: figure for name, figure in figures.items() if isinstance(figure, Summary)}

    def to_json(self) -> dict[str, object]:
        """Return the entry of metrics.json, in the order in which its figures first occur in the runs."""
        content: dict[str, object] = {"n": self.n.to_json()}
        if self.loss is not None:
            content["loss"] = self.loss.to_json()
        for name, figure in self.scores.items():
            content[name] = figure.to_json()
            if name == "accuracy" and self.accuracy_ci95 is not None:
                content["accuracy_ci95"] = self.accuracy_ci95.to_json()
        return {**content, **self._others()}

    def _others(self) -> dict[str, object]:
        others: dict[str, object] = {}
        if self.baselines:
            others["baselines"] = {name: each.to_json() for name, each in self.baselines.items()}
        if self.undefined is None:
            return others
        undefined = {"undefined": self.undefined.to_json()}
        return others | undefined if self.undefined.folds[0] is None else undefined | others


def metrics_to_json(results: Mapping[str, SplitMetrics] | Mapping[str, SplitSummary]) -> dict[str, object]:
    """Return the content of metrics.json for the metrics by split."""
    return {split: metrics.to_json() for split, metrics in results.items()}


def splits_from_json(content: object) -> dict[str, SplitMetrics]:
    """Return the metrics by split from the metrics.json of one model's run."""
    splits = _splits().validate_python(content)
    first, *others = (_names(split) for split in splits.values())
    if any(names != first for names in others):
        raise ValueError("a figure that not every split has")
    return splits


@cache
def _splits() -> TypeAdapter[dict[str, SplitMetrics]]:
    return TypeAdapter(Annotated[dict[str, SplitMetrics], Field(min_length=1)])


@cache
def _summaries() -> TypeAdapter[dict[str, SplitSummary]]:
    return TypeAdapter(Annotated[dict[str, SplitSummary], Field(min_length=1)])


def _names(split: SplitMetrics) -> set[str]:
    """Return the names of the figures that a split has; which metrics failed may differ among splits."""
    there = {"loss": split.loss, "accuracy_ci95": split.accuracy_ci95, "baselines": split.baselines or None}
    return {*split.scores, *(name for name, figure in there.items() if figure is not None)}


def summaries_from_json(content: object, runs: int) -> dict[str, SplitSummary]:
    """Return the metrics by split from the metrics.json over so many `runs`."""
    splits = _summaries().validate_python(content)
    for split, summary in splits.items():
        for name, figure in _figures(summary):
            if len(figure.folds) != runs:
                what = f"figures of {len(figure.folds)} runs, and there are {runs}"
                raise ValueError(f"{split}.{name}: {what}")
    return splits


def _figures(split: SplitSummary) -> Iterator[tuple[str, Summary | Listing]]:
    others = {"n": split.n, "loss": split.loss, "accuracy_ci95": split.accuracy_ci95}
    for name, figure in {**others, "undefined": split.undefined, **split.scores}.items():
        if figure is not None:
            yield name, figure
