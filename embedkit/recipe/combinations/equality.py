"""Whether values of a matrix mean the same, as `include` and `exclude` ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def is_same(one: Any, other: Any) -> bool:
    """Return whether two values of plain data are equal.

    `1` and `1.0` are, `1` and `true` are not. A component by name equals the mapping with this name alone.
    """
    one, other = _component(one, other), _component(other, one)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def is_part(part: Any, whole: Any) -> bool:
    """Return whether a mapping has at least the keys of `part`, with these values; others must be equal."""
    if isinstance(part, Mapping) and isinstance(whole := _component(whole, part), Mapping):
        return all(key in whole and is_part(part[key], whole[key]) for key in part)
    return is_same(part, whole)


def _component(value: Any, other: Any) -> Any:
    """Return the bare name of a component as a mapping, to be compared with another mapping."""
    return {"use": value} if isinstance(value, str) and isinstance(other, Mapping) else value
