"""Schemas of the JSON files of a run; each file is validated before anything is read from it.

A schema lists the keys that are read, and ignores the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict

from embedkit.errors import Fault, RunError
from embedkit.evaluation.oov.result import OovAnalysis, from_json
from embedkit.runs import layout

LARGEST = 2**63 - 1
SHOWN = 5
"""Faults of one file that are told."""

EXPECTED = {
    "dataclass_type": "Input should be a valid dictionary",
    "tuple_type": "Input should be a valid list",
}
"""Messages in place of pydantic's, by its type of error."""

Count = Annotated[int, Field(ge=0, le=LARGEST)]
Length = Annotated[int, Field(gt=0, le=2**31 - 1)]
Limit = Annotated[int, Field(gt=0, le=2**63 - 1)]
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
    if path.name == layout.OOV:
        oov_analysis(path, value)
    if path.name not in FORMS:
        return
    with damage_reported(path):
        _adapter(path.name, kind).validate_python(value, strict=True)
        if path.name == layout.METRICS and kind != "intrinsic":
            for split, figures in value.items():
                for name in figures.keys() - CHECKED:
                    _check_figure(f"{split}.{name}", figures[name], runs)


def oov_analysis(path: Path, value: object) -> OovAnalysis:
    """Return the analysis from the content of the oov.json `path`. Raises RunError if it is damaged."""
    with damage_reported(path):
        return from_json(value)


@contextmanager
def damage_reported(path: Path) -> Iterator[None]:
    """Raise RunError for a ValueError in the block: the file `path` is damaged, at these keys."""
    try:
        yield
    except ValidationError as error:
        errors = map(_of_json, error.errors(include_url=False, include_input=False))
        said = dict.fromkeys(map(_said, errors))
        faults = [Fault(f"damaged: {what}", where=str(path)) for what in [*said][:SHOWN]]
        raise RunError(*faults) from error
    except ValueError as error:
        raise RunError(Fault(f"damaged: {error}", where=str(path))) from error


def _of_json(error: ErrorDetails) -> ErrorDetails:
    """Return an error whose message names what JSON has, and no class of embedkit's."""
    return {**error, "msg": EXPECTED.get(error["type"], error["msg"])}


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
