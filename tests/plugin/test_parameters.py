from __future__ import annotations

import json
import warnings
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import pytest
from annotated_types import Ge, Gt, Len
from pydantic import ValidationError

from embedkit.interfaces import Doc, InputPath, Tokenizer
from embedkit.plugin.parameters import input_paths, parameters_of

pytestmark = pytest.mark.core


class Full:
    def __init__(
        self,
        *,
        size: Annotated[int, Gt(0), Doc("width of the hidden state, H")],
        rate: Annotated[float, Ge(0)] = 0.5,
        way: Literal["a", "b"] = "a",
        names: Sequence[str] | None = None,
        kernels: tuple[int, ...] = (3, 4, 5),
        labels: Annotated[Mapping[str, str], Len(1)] | None = None,
        files: list[InputPath] | None = None,
        path: Annotated[InputPath, Doc("the file")] = "x",
        json: bool = False,
        copy: int = 1,
    ) -> None: ...


def checked(**parameters: Any) -> Any:
    return parameters_of(Full).model_validate_json(json.dumps(parameters))


def test_one_field_for_each_parameter_with_documentation_and_default():
    fields = parameters_of(Full).model_fields
    assert list(fields) == [
        "size", "rate", "way", "names", "kernels", "labels", "files", "path", "json", "copy",
    ]  # fmt: skip
    assert fields["size"].is_required()
    assert fields["size"].description == "width of the hidden state, H"
    assert fields["path"].description == "the file"
    assert fields["rate"].default == 0.5


def test_defaults_are_filled_in_and_values_have_the_annotated_types():
    values = checked(size=3, rate=1, kernels=[1], names=["x"], json=True)
    assert (values.size, values.rate, values.way, values.kernels) == (3, 1.0, "a", (1,))
    assert isinstance(values.rate, float)
    assert values.json is True
    assert values.copy == 1


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"size": 0},
        {"size": 1.0},
        {"size": "1"},
        {"size": True},
        {"size": 1, "rate": float("nan")},
        {"size": 1, "rate": -1},
        {"size": 1, "way": "c"},
        {"size": 1, "names": "abc"},
        {"size": 1, "labels": {}},
        {"size": 1, "labels": {"a": 1}},
        {"size": 1, "json": 1},
        {"size": 1, "sise": 2},
    ],
)
def test_types_and_bounds_are_strict(parameters):
    with pytest.raises(ValidationError):
        checked(**parameters)


def test_parameters_called_like_methods_of_models_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parameters_of(Full)


def test_input_paths_are_found_at_every_depth():
    assert input_paths(Full) == {"files", "path"}


class Bare:
    pass


class Declared(Tokenizer):
    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        return [text.split() for text in texts]


def make(*, size: int) -> Full:
    return Full(size=size)


def test_classes_without_a_constructor_take_no_parameters():
    for factory in (Bare, Declared):
        assert not parameters_of(factory).model_fields
        assert input_paths(factory) == frozenset()


def test_a_function_is_a_factory_too():
    assert list(parameters_of(make).model_fields) == ["size"]


class Positional:
    def __init__(self, size: int, mark: str = "!") -> None: ...


class PositionalOnly:
    def __init__(self, size: int, /) -> None: ...


class Several:
    def __init__(self, *sizes: int) -> None: ...


def test_a_parameter_that_may_be_given_by_position_is_a_key_like_any_other():
    model = parameters_of(Positional)
    assert [*model.model_fields] == ["size", "mark"]
    assert model(size=3).model_dump() == {"size": 3, "mark": "!"}


class Anything:
    def __init__(self, **anything: int) -> None: ...


class Untyped:
    def __init__(self, *, size=1): ...


class Unwritten:
    def __init__(self, size): ...


class Reserved:
    def __init__(self, *, use: str) -> None: ...


@pytest.mark.parametrize(
    ("factory", "message"),
    [
        (PositionalOnly, "constructor parameter 'size: 'int'' cannot be passed by keyword"),
        (Several, "constructor parameter '*sizes: 'int'' cannot be passed by keyword"),
        (Anything, "constructor parameter '**anything: 'int'' cannot be passed by keyword"),
        (Untyped, "constructor parameter 'size' has no annotation"),
        (Unwritten, "constructor parameter 'size' has no annotation"),
        (Reserved, "constructor parameter 'use' is named like a key of every recipe"),
    ],
)
def test_constructors_that_no_recipe_could_call(factory, message):
    with pytest.raises(TypeError) as caught:
        parameters_of(factory)
    assert str(caught.value) == message
