"""The same figures of several models as one: means, and the least certain of their intervals and p-values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

LARGEST = ("p_value", "detectable")


def middle(found: Sequence[Any], key: str = "") -> Any:
    """Return the average of the parts of oov.json that several models have at the same `key`.

    Numbers become their mean; intervals, `ci95`, reach from the lowest end to the highest; `p_value` and
    `detectable` are the largest. A value that is None in one model is None, except `why`, the first that is
    given. Buckets without texts do not count in an error rate.
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
    """Return the mean, as an int if the numbers are integers and their mean is whole."""
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
