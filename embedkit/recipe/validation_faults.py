"""Validation errors of pydantic, as faults in terms of the recipe."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, nearest
from embedkit.recipe.document import Findings, KeyPath, describe

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_EXPECTED = {
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "finite_number": "a finite number",
    "float_type": "a number",
    "greater_than": "more than {gt}",
    "greater_than_equal": "at least {ge}",
    "int_from_float": "an integer",
    "int_type": "an integer",
    "less_than": "less than {lt}",
    "less_than_equal": "at most {le}",
    "list_type": "a list",
    "literal_error": "{expected}",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "multiple_of": "a multiple of {multiple_of}",
    "none_required": "nothing",
    "string_pattern_mismatch": "a text that matches {pattern}",
    "string_too_long": "a text of at most {max_length} characters",
    "string_too_short": "a text of at least {min_length} characters",
    "string_type": "a text",
    "too_long": "{max_length} items or fewer",
    "too_short": "{min_length} or more items",
    "set_type": "a list",
    "tuple_type": "a list",
}
"""What was expected, by type of pydantic error; filled in with the error's context."""

_LENGTHS = ("too_long", "too_short")


def explain(
    error: ValidationError,
    data: Mapping[Any, Any],
    path: KeyPath,
    allowed: Mapping[KeyPath, Sequence[str]],
    to: Findings,
) -> None:
    """Add a fault to `to` for every error that pydantic found in `data`, which is at `path` in the recipe.

    `allowed` gives the keys of each mapping inside `data`, by the mapping's path in it.
    """
    at_value: dict[KeyPath, list[ErrorDetails]] = defaultdict(list)
    for detail in error.errors(include_url=False):
        at_value[_inside(data, detail)].append(detail)
    for inside, details in at_value.items():
        at = (*path, *inside)
        if details[0]["type"] == "missing":
            name = f"key '{at[-1]}'" if isinstance(at[-1], str) else f"item {at[-1]}"
            to.add(at[:-1], f"missing {name}")
        elif details[0]["type"] == "extra_forbidden":
            known = tuple(allowed.get(inside[:-1], ()))
            fault = Fault(f"unknown key '{at[-1]}'", nearest=nearest(str(at[-1]), known), allowed=known)
            to.add(at[:-1], fault, said_at=at)
        elif not any(other != inside and other[: len(inside)] == inside for other in at_value):
            to.add(at, _unexpected(details))


def _inside(data: Any, detail: ErrorDetails) -> KeyPath:
    """Return the path of a faulty value in `data`: pydantic's location without names of union members."""
    path: KeyPath = ()
    for part in detail["loc"]:
        if isinstance(data, Mapping) and part in data:
            data = data[str(part)]
        elif isinstance(data, list | tuple) and isinstance(part, int) and part < len(data):
            data = data[part]
        elif detail["type"] != "missing" or part != detail["loc"][-1]:
            continue
        path = (*path, part)
    return path


def _unexpected(details: Sequence[ErrorDetails]) -> Fault:
    """Return the fault of one value: what each member of its type expected, and the value."""
    value = details[0]["input"]
    came = f"{len(value)}" if details[0]["type"] in _LENGTHS else describe(value)
    others = [detail["msg"] for detail in details if detail["type"] not in _EXPECTED]
    expected = dict.fromkeys(_expected(detail) for detail in details if detail["type"] in _EXPECTED)
    said = others[0] if others else f"expected {' or '.join(expected)}"
    names = [name for text in expected for name in re.findall(r"'([^']*)'", text)]
    return Fault(f"{said}, got {came}", nearest=nearest(value, names) if isinstance(value, str) else None)


def _expected(detail: ErrorDetails) -> str:
    context = {key: _shortest(value) for key, value in detail.get("ctx", {}).items()}
    return _EXPECTED[detail["type"]].format(**context)


def _shortest(bound: Any) -> Any:
    """Return a whole float as an integer: 1.0 as 1, the bound of a number that may be written either way."""
    return int(bound) if isinstance(bound, float) and bound.is_integer() else bound
