"""Schemas of the JSON files of a run; each file is validated before anything is read from it.

A schema lists the keys that are read, and ignores the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails
from typing_extensions import TypedDict

from embedkit.errors import Fault, RunError
from embedkit.evaluation.error_analysis.learning_curves import LearningCurves
from embedkit.evaluation.intrinsic_figures import IntrinsicFigures, figures_from_json
from embedkit.evaluation.numbers import LARGEST
from embedkit.evaluation.oov.fits import FitContent
from embedkit.evaluation.oov.result import OovAnalysis, from_json
from embedkit.evaluation.ranking.result import Ranking
from embedkit.evaluation.result import (
    NO_KEYS,
    SplitMetrics,
    SplitSummary,
    splits_from_json,
    summaries_from_json,
)
from embedkit.interfaces import Task
from embedkit.runs import layout

SHOWN = 5
"""Faults of one file that are told."""

EXPECTED = {
    "dataclass_type": "Input should be a valid dictionary",
    "tuple_type": "Input should be a valid list",
    "union_tag_not_found": "Field 'task' required",
}
"""Messages in place of pydantic's, by its type of error."""

Count = Annotated[int, Field(ge=0, le=LARGEST)]
Length = Annotated[int, Field(gt=0, le=2**31 - 1)]
Limit = Annotated[int, Field(gt=0, le=2**63 - 1)]


class Model(TypedDict):
    """The content of model.json."""

    classes: Annotated[list[str], Field(min_length=2)]
    table: Annotated[list[Length], Field(min_length=2, max_length=2)]
    max_length: Limit | None
    pad_to: Length | None
    unloadable: NotRequired[str]


class StoredTextEncoder(TypedDict):
    """What model.json says of a text encoder, which is not stored in the run."""

    digest: Annotated[str, Field(min_length=1)]
    dim: Length


class TextEncoderModel(TypedDict):
    """The content of the model.json of a model with a text encoder."""

    classes: Annotated[list[str], Field(min_length=2)]
    text_encoder: StoredTextEncoder
    pad_to: Length | None
    unloadable: NotRequired[str]


class BaselineModel(TypedDict):
    """The content of the model.json of a baseline that was trained as a model."""

    classes: Annotated[list[str], Field(min_length=2)]
    task: Task
    baseline: str
    chosen: dict[str, str | int | float]
    unloadable: NotRequired[str]


class StoredArray(TypedDict):
    """What baseline.json says of an array of a baseline's state."""

    dtype: Literal["F64", "F32", "I64", "I32", "I8", "U8", "BOOL"]
    shape: list[Annotated[int, Field(ge=0, le=LARGEST)]]


class StoredBaseline(TypedDict):
    """The content of baseline.json: the arrays that lie beside it, and the data of the state."""

    arrays: dict[str, StoredArray]
    data: dict[str, Any]


class Input(TypedDict):
    """An input file of a run, as environment.json lists it."""

    path: str
    bytes: Count
    sha256: NotRequired[str]
    blake2b_sampled: NotRequired[str]


class Embedding(TypedDict):
    """The content of embedding.json."""

    rows: NotRequired[dict[str, Any]]
    coverage: NotRequired[dict[str, Any]]
    fits: NotRequired[list[FitContent]]


Distribution = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
Versions = Annotated[dict[Distribution, str], Field(max_length=5_000)]
"""Distributions and their versions."""


class Environment(TypedDict):
    """The content of environment.json."""

    python: str
    packages: Versions
    requirements: NotRequired[Versions]
    inputs: dict[str, Input]


MODELS: Mapping[str, Any] = {"baseline": BaselineModel, "text-encoder": TextEncoderModel}
"""The content of model.json by the kind of a run that has no embedding matrix."""

FORMS: Mapping[str, Any] = {
    layout.MODEL: Model,
    layout.ENVIRONMENT: Environment,
    layout.EMBEDDING: Embedding,
    layout.BASELINE: StoredBaseline,
    layout.AVERAGED: StoredBaseline,
}


@cache
def _adapter(name: str, kind: str) -> TypeAdapter[Any]:
    if name == layout.MODEL and kind in MODELS:
        return TypeAdapter(MODELS[kind])
    return TypeAdapter(FORMS[name])


def check_form(path: Path, kind: str, runs: int, value: Any) -> None:
    """Raise RunError, which names the key, unless `value` is valid content for the JSON file `path`.

    `kind` is the kind of the run, and `runs` the number of its inner runs.
    """
    if path.name == layout.OOV:
        oov_analysis(path, value)
    if path.name == layout.METRICS:
        check_metrics(path, kind, runs, value)
    if path.name not in FORMS:
        return
    with damage_reported(path):
        _adapter(path.name, kind).validate_python(value, strict=True)


def oov_analysis(path: Path, value: object) -> OovAnalysis:
    """Return the analysis from the content of the oov.json `path`. Raises RunError if it is damaged."""
    with damage_reported(path):
        return from_json(value)


def check_metrics(path: Path, kind: str, runs: int, value: object) -> None:
    """Raise RunError unless `value` is the content of the metrics.json of a run of its kind."""
    if kind == "intrinsic":
        intrinsic_figures(path, value)
    elif kind == "several":
        split_summaries(path, runs, value)
    else:
        split_metrics(path, value)


def split_metrics(path: Path, value: object) -> dict[str, SplitMetrics]:
    """Return the metrics of one model by split. Raises RunError if the metrics.json `path` is damaged."""
    with damage_reported(path):
        return splits_from_json(value)


def split_summaries(path: Path, runs: int, value: object) -> dict[str, SplitSummary]:
    """Return the metrics over `runs` runs by split. Raises RunError if the metrics.json `path` is damaged."""
    with damage_reported(path):
        return summaries_from_json(value, runs)


def intrinsic_figures(path: Path, value: object) -> dict[str, IntrinsicFigures]:
    """Return the figures of vectors by set. Raises RunError if the metrics.json `path` is damaged."""
    with damage_reported(path):
        return figures_from_json(value)


def ranking(path: Path, value: object) -> Ranking:
    """Return the ranking from the content of the ranking.json `path`. Raises RunError if it is damaged."""
    with damage_reported(path):
        return Ranking.from_json(value)


def learning_curves(path: Path, value: object) -> LearningCurves:
    """Return the curves from the content of the learning-curve.json `path`. Raises RunError if damaged."""
    with damage_reported(path):
        return LearningCurves.from_json(value)


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
    where = ".".join(str(part)[:60] for part in error["loc"] if part not in NO_KEYS)
    return f"{where}: {error['msg']}" if where else str(error["msg"])
