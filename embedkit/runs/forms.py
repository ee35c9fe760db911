"""What the JSON files of a run hold, as forms that each is checked against before anything is read from it.

A form has what is read of a file, and leaves the rest alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from embedkit.errors import Fault, RunError

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
    """model.json."""

    classes: Annotated[list[str], Field(min_length=2)]
    table: Annotated[list[Length], Field(min_length=2, max_length=2)]
    max_length: Limit | None
    pad_to: Length | None
    unloadable: NotRequired[str]


class Input(TypedDict):
    """A file that a run read, as environment.json lists it."""

    path: str
    bytes: Count
    sha256: NotRequired[str]
    blake2b_sampled: NotRequired[str]


Distribution = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Versions = Annotated[dict[Distribution, str], Field(max_length=5_000)]
"""Distributions and their versions."""


class Environment(TypedDict):
    """environment.json."""

    python: str
    packages: Versions
    requirements: NotRequired[Versions]
    inputs: dict[str, Input]


class Summary(TypedDict):
    """A number over several runs."""

    mean: float | None
    std: float | None
    ci95: Pair | None
    folds: list[float | None]


class Listing(TypedDict):
    """A figure over several runs that is no number."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]
    folds: list[Any]


class LeftOut(TypedDict):
    """A baseline that there is not, and why."""

    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]
    left_out: str


class Against(TypedDict):
    """A baseline less the model."""

    difference: float
    ci95: Pair
    p_holm: float | None
    smallest_difference: NotRequired[float | None]


class Baseline(TypedDict):
    """A baseline beside the model."""

    accuracy: float
    against_model: Against


class Figures(TypedDict):
    """What a run found on one split; metrics have names of their own."""

    n: Annotated[int, Field(gt=0, le=LARGEST)]
    loss: NotRequired[float | None]
    """There is none of texts without labels."""

    accuracy_ci95: NotRequired[Pair]
    baselines: NotRequired[dict[str, LeftOut | Baseline]]


class Difference(TypedDict):
    """A difference over several runs, which has an interval."""

    mean: float
    ci95: Pair


class AgainstOfSeveral(TypedDict):
    """A baseline less the models of several runs."""

    difference: Difference
    p_holm: float | None


class BaselineOfSeveral(TypedDict):
    """A baseline beside the models of several runs."""

    accuracy: Difference
    against_model: AgainstOfSeveral


class FiguresOfSeveral(TypedDict):
    """What several runs found on one split."""

    n: Summary
    baselines: NotRequired[dict[str, LeftOut | BaselineOfSeveral]]


class Similarity(TypedDict):
    """What vectors made of a set of word pairs."""

    task: Literal["similarity"]
    pairs: Count
    n: Count
    oov_share: float
    spearman: float | None
    p_value: float | None
    undefined: str | None


class Questions(TypedDict):
    """What vectors made of analogies."""

    questions: Count
    n: Count
    oov_share: float
    correct: Count
    accuracy: float | None


class Analogies(Questions):
    """What vectors made of a set of analogies, in all and by section."""

    task: Literal["analogies"]
    sections: dict[str, Questions]


class States(TypedDict):
    """Tokens, or types, by what is known of them."""

    covered: Amount
    recovered: Amount
    filled: Amount
    unseen: Amount
    dropped: Amount
    looked_up: Amount


class OfKind(TypedDict):
    """Of all tokens, and of content alone."""

    all: States
    content: States


class Counted(TypedDict):
    """Tokens and types."""

    tokens: OfKind
    types: OfKind


class Coverage(Counted):
    """Those of a split, and of each class."""

    cut: Amount
    classes: dict[str, Counted]


class Missing(TypedDict):
    """A word out of vocabulary."""

    word: str
    count: Amount
    state: str
    content: bool


class Bucket(TypedDict):
    """The error rate of texts of which so much is missing."""

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
    """Wrong texts and right ones, by what is missing of them."""

    n_wrong: Amount
    n_right: Amount
    wrong_mean: float | None
    right_mean: float | None
    difference: float | None
    p_value: float | None
    buckets: list[Annotated[Bucket, AfterValidator(_in_order)]]


class Odds(TypedDict):
    """An odds ratio, or why there is none."""

    value: float | None
    ci95: Pair | None
    p_value: float | None
    why: str | None


def _with_interval(odds: Odds) -> Odds:
    if odds["value"] is not None and odds["ci95"] is None:
        raise ValueError("a value without its interval")
    return odds


class Errors(TypedDict):
    """Whether errors go with what is missing."""

    n: Amount
    wrong: Amount
    content: Comparison
    all: Comparison
    odds_ratio: Annotated[Odds, AfterValidator(_with_interval)]
    verdict: str


class Analysis(TypedDict):
    """What is out of vocabulary in a split."""

    coverage: Coverage
    missing: list[Missing]
    errors: Errors


class Turned(TypedDict):
    """Texts that another policy turns."""

    turned_right: Amount
    turned_wrong: Amount


class Policies(TypedDict):
    """What other policies would have changed."""

    policy: str
    why: str | None
    refilled: dict[str, dict[str, Turned]]
    refused: dict[str, str]


class Drift(TypedDict):
    """How far training moved rows."""

    rows: Amount
    moved: Amount
    median_distance: float
    median_cosine: float | None
    mean_gained: float | None


class Oov(TypedDict):
    """oov.json of one run, or of one seed."""

    splits: Annotated[dict[str, Analysis], Field(min_length=1)]
    policies: Policies
    drift: dict[str, Drift] | None


class OovOfSeeds(Oov):
    """oov.json."""

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
    "model.json": Model,
    "environment.json": Environment,
    "metrics.json": Annotated[dict[str, Figures], Field(min_length=1), AfterValidator(_alike)],
    "oov.json": Annotated[OovOfSeeds, AfterValidator(_seeds_of_splits)],
    "embedding.json": dict[str, Any],
}


@cache
def _adapter(name: str, kind: str) -> TypeAdapter[Any]:
    form = METRICS.get(kind) if name == "metrics.json" else None
    return TypeAdapter(form or FORMS[name])


def check_form(path: Path, kind: str, runs: int, value: Any) -> None:
    """Raise RunError, which says where, unless `value` is what the file of a run holds.

    `kind` is that of the run, and `runs` is how many runs it is made of.
    """
    if path.name not in FORMS:
        return
    try:
        _adapter(path.name, kind).validate_python(value, strict=True)
        if path.name == "metrics.json" and kind != "intrinsic":
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
    """Raise ValueError for what a metric, whose name is its own, did not give, of one run or of several."""
    if not runs:
        if value is not None and not isinstance(value, int | float | Mapping):
            raise ValueError(f"{where}: no figure")
        return
    if not isinstance(value, Mapping):
        raise ValueError(f"{where}: no figures of several runs")
    TypeAdapter(Summary if "mean" in value else Listing).validate_python(value, strict=True)
    if len(value["folds"]) != runs:
        raise ValueError(f"{where}: figures of {len(value['folds'])} runs, and there are {runs}")
