"""The same figures of several models as one: means, and of what says how sure they are the least sure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

LARGEST = ("p_value", "detectable")


def middle(found: Sequence[Any], key: str = "") -> Any:
    """Parts of oov.json that stand at the same `key`, one of each model, as one part of the same form.

    Numbers become their mean; intervals, `ci95`, reach from the lowest end to the highest; `p_value` and
    `detectable` are the largest. What is None in one is None, but for `why`, the first there is. Buckets
    without texts have no say in a rate.
    """
    first = found[0]
    if all(each == first for each in found):
        return first
    if key == "why":
        return next(each for each in found if each is not None)
    if key == "buckets":
        return [_bucket(same) for same in zip(*found, strict=True)]
    if any(each is None for each in found):
        return None
    if isinstance(first, Mapping):
        return _mapping(found)
    if key == "ci95":
        return [min(low for low, _ in found), max(high for _, high in found)]
    if key in LARGEST:
        return max(found)
    return mean(found) if isinstance(first, int | float) else first


def mean(numbers: Sequence[float]) -> float | int:
    """The mean; of counts that come to a whole number, that number."""
    value = fmean(numbers)
    counts = all(isinstance(each, int) for each in numbers)
    return int(value) if counts and value.is_integer() else value


def _mapping(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    keys = dict.fromkeys(key for each in found for key in each)
    return {key: middle([each[key] for each in found if key in each], key) for key in keys}


def _bucket(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    there = [bucket for bucket in found if bucket["n"]] or found
    counts = {key: mean([bucket[key] for bucket in found]) for key in ("n", "wrong")}
    return {**_mapping(there), **counts}
