"""Schemas of the JSON files of a run; each file is validated before anything is read from it.

A schema lists the keys that are read, and ignores the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from embedkit.errors import Fault, RunError
from embedkit.runs import layout

LARGEST = 2**63 - 1
SHOWN = 5
"""Faults of one file that are told."""

Count = Annotated[int, Field(ge=0, le=LARGEST)]
Amount = Annotated[float, Field(ge=0, le=LARGEST)]
"""A count; over several seeds a mean of counts."""

Length = Annotated[int, Field(gt=0, le=2**31 - 1)]
Limit = Annotated[int, Field(gt=0, le=2**63 - 1)]
Share = Annotated[float, Field(ge=0, le=1)]
Pair = Annotated[list[float], Field(min_length=2, max_length=2)]


class Model(TypedDict):
    """The content of model.json."""

    classes: Annotated[list[str], Field(min_length=2)]
    table: Annotated[list[Length], Field(min_length=2, max_length=2)]
    max_length: Limit | None
    pad_to: Length | None
    unloadable: NotRequired[str]


class Input(TypedDict):
    """An input file of a run, as environment.json lists it."""

    path: str
    bytes: Count
    sha256: NotRequired[str]
    blake2b_sampled: NotRequired[str]


Distribution = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Versions = Annotated[dict[Distribution, str], Field(max_length=5_000)]
"""Distributions and their versions."""


class Environment(TypedDict):
    """The content of environment.json."""

    python: str
    packages: Versions
    requirements: NotRequired[Versions]
    inputs: dict[str, Input]


class Summary(TypedDict):
    """A numeric metric over several runs."""

    mean: float | None
    std: float | None
    ci95: Pair | None
    folds: list[float | None]


class Listing(TypedDict):
    """A metric over several runs that is not numeric."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]
    folds: list[Any]


class LeftOut(TypedDict):
    """The reason why a baseline was not fitted."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]
    left_out: str


class Against(TypedDict):
    """The difference between a baseline and the model."""

    difference: float
    ci95: Pair
    p_holm: float | None
    smallest_difference: NotRequired[float | None]


class Baseline(TypedDict):
    """The figures of a baseline next to the model."""

    accuracy: float
    against_model: Against


class Figures(TypedDict):
    """The figures of a run on one split; metrics have keys of their own."""

    n: Annotated[int, Field(gt=0, le=LARGEST)]
    loss: NotRequired[float | None]
    """There is none of texts without labels."""

    accuracy_ci95: NotRequired[Pair]
    baselines: NotRequired[dict[str, LeftOut | Baseline]]


class Difference(TypedDict):
    """A difference over several runs, with an interval."""

    mean: float
    ci95: Pair


class AgainstOfSeveral(TypedDict):
    """The difference between a baseline and the models of several runs."""

    difference: Difference
    p_holm: float | None


class BaselineOfSeveral(TypedDict):
    """The figures of a baseline next to the models of several runs."""

    accuracy: Difference
    against_model: AgainstOfSeveral


class FiguresOfSeveral(TypedDict):
    """The figures of several runs on one split."""

    n: Summary
    baselines: NotRequired[dict[str, LeftOut | BaselineOfSeveral]]


class Similarity(TypedDict):
    """The result of vectors on a set of word pairs."""

    task: Literal["similarity"]
    pairs: Count
    n: Count
    oov_share: float
    spearman: float | None
    p_value: float | None
    undefined: str | None


class Questions(TypedDict):
    """The result of vectors on analogy questions."""

    questions: Count
    n: Count
    oov_share: float
    correct: Count
    accuracy: float | None


class Analogies(Questions):
    """The result of vectors on a set of analogies, in total and by section."""

    task: Literal["analogies"]
    sections: dict[str, Questions]


class States(TypedDict):
    """Counts of tokens, or types, by state."""

    covered: Amount
    recovered: Amount
    filled: Amount
    unseen: Amount
    dropped: Amount
    looked_up: Amount


class OfKind(TypedDict):
    """Counts for all tokens, and for content tokens alone."""

    all: States
    content: States


class Counted(TypedDict):
    """Counts of tokens and types."""

    tokens: OfKind
    types: OfKind


class Coverage(Counted):
    """Counts for a split and for each of its classes."""

    cut: Amount
    classes: dict[str, Counted]


class Missing(TypedDict):
    """An out-of-vocabulary word."""

    word: str
    count: Amount
    state: str
    content: bool


class Bucket(TypedDict):
    """The error rate of texts whose out-of-vocabulary share is in an interval."""

    over: Share | None
    up_to: Share
    n: Amount
    wrong: Amount
    error_rate: Share | None
    ci95: Pair | None


def _in_order(bucket: Bucket) -> Bucket:
    rate, interval = bucket["error_rate"], bucket["ci95"]
    if bucket["n"] and (rate is None or interval is None):
        raise ValueError("texts without an error rate and its interval")
    if rate is not None and interval is not None:
        low, high = interval
        if not (-1e-9 <= low <= rate + 1e-9 and rate <= high + 1e-9 and 0 < high <= 1 + 1e-9):
            raise ValueError("an error rate outside of its interval")
    return bucket


class Comparison(TypedDict):
    """The out-of-vocabulary shares of wrong and right texts, compared."""

    n_wrong: Amount
    n_right: Amount
    wrong_mean: float | None
    right_mean: float | None
    difference: float | None
    p_value: float | None
    buckets: list[Annotated[Bucket, AfterValidator(_in_order)]]


class Odds(TypedDict):
    """An odds ratio, or the reason why there is none."""

    value: float | None
    ci95: Pair | None
    p_value: float | None
    why: str | None


def _with_interval(odds: Odds) -> Odds:
    if odds["value"] is not None and odds["ci95"] is None:
        raise ValueError("a value without its interval")
    return odds


class Errors(TypedDict):
    """The relation between errors and out-of-vocabulary words."""

    n: Amount
    wrong: Amount
    content: Comparison
    all: Comparison
    odds_ratio: Annotated[Odds, AfterValidator(_with_interval)]
    verdict: str


class Analysis(TypedDict):
    """The out-of-vocabulary analysis of one split."""

    coverage: Coverage
    missing: list[Missing]
    errors: Errors


class Turned(TypedDict):
    """Counts of texts whose prediction another policy would turn right or wrong."""

    turned_right: Amount
    turned_wrong: Amount


class Policies(TypedDict):
    """The effect that other out-of-vocabulary policies would have had."""

    policy: str
    why: str | None
    refilled: dict[str, dict[str, Turned]]
    refused: dict[str, str]


class Drift(TypedDict):
    """The change of embedding rows in training."""

    rows: Amount
    moved: Amount
    median_distance: float
    median_cosine: float | None
    mean_gained: float | None


class Oov(TypedDict):
    """The content of oov.json for one run, or for one seed."""

    splits: Annotated[dict[str, Analysis], Field(min_length=1)]
    policies: Policies
    drift: dict[str, Drift] | None


class OovOfSeeds(Oov):
    """The content of oov.json."""

    seeds: NotRequired[dict[Annotated[str, Field(pattern=r"^\d{1,19}$")], Oov]]


def _seeds_of_splits(oov: OovOfSeeds) -> OovOfSeeds:
    for seed, own in oov.get("seeds", {}).items():
        if own["splits"].keys() != oov["splits"].keys():
            raise ValueError(f"seed {seed} has other splits")
    return oov


def _alike(figures: dict[str, Figures]) -> dict[str, Figures]:
    first, *others = figures.values()
    if any(each.keys() != first.keys() for each in others):
        raise ValueError("a figure that not every split has")
    return figures


CHECKED = frozenset({"accuracy_ci95", "baselines"})
"""Figures that have forms of their own."""

METRICS: Mapping[str, Any] = {
    "several": Annotated[dict[str, FiguresOfSeveral], Field(min_length=1)],
    "intrinsic": Annotated[dict[str, Similarity | Analogies], Field(min_length=1)],
}
"""metrics.json of the kinds of runs that have one of their own; that of the others is by split."""

FORMS: Mapping[str, Any] = {
    layout.MODEL: Model,
    layout.ENVIRONMENT: Environment,
    layout.METRICS: Annotated[dict[str, Figures], Field(min_length=1), AfterValidator(_alike)],
    layout.OOV: Annotated[OovOfSeeds, AfterValidator(_seeds_of_splits)],
    layout.EMBEDDING: dict[str, Any],
}


@cache
def _adapter(name: str, kind: str) -> TypeAdapter[Any]:
    form = METRICS.get(kind) if name == layout.METRICS else None
    return TypeAdapter(form or FORMS[name])


def check_form(path: Path, kind: str, runs: int, value: Any) -> None:
    """Raise RunError, which names the key, unless `value` is valid content for the JSON file `path`.

    `kind` is the kind of the run, and `runs` the number of its inner runs.
    """
    if path.name not in FORMS:
        return
    try:
        _adapter(path.name, kind).validate_python(value, strict=True)
        if path.name == layout.METRICS and kind != "intrinsic":
            for split, figures in value.items():
                for name in figures.keys() - CHECKED:
                    _check_figure(f"{split}.{name}", figures[name], runs)
    except ValidationError as error:
        said = dict.fromkeys(map(_said, error.errors(include_url=False, include_input=False)))
        faults = [Fault(f"damaged: {what}", where=str(path)) for what in [*said][:SHOWN]]
        raise RunError(*faults) from error
    except ValueError as error:
        raise RunError(Fault(f"damaged: {error}", where=str(path))) from error


def _said(error: Mapping[str, Any]) -> str:
    where = ".".join(str(part)[:60] for part in error["loc"])
    return f"{where}: {error['msg']}" if where else str(error["msg"])


def _check_figure(where: str, value: Any, runs: int) -> None:
    """Raise ValueError unless a metric has a value of the right form for one run, or for `runs` runs."""
    if not runs:
        if value is not None and not isinstance(value, int | float | Mapping):
            raise ValueError(f"{where}: no figure")
        return
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: no figures of several runs")
    TypeAdapter(Summary if "mean" in value else Listing).validate_python(value, strict=True)
    if len(value["folds"]) != runs:
        raise ValueError(f"{where}: figures of {len(value['folds'])} runs, and there are {runs}")
