"""Results of components in a form that can be compared and sent to another process."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import fields, is_dataclass
from pathlib import PurePath
from typing import Any


def comparable(value: Any) -> Any:
    """Return `value` as tuples, text and numbers that are equal for equal results, bit for bit.

    Arrays and tensors are compared by dtype, shape and bytes; an iterator is read to its end. Objects of
    other types are compared by their type alone.
    """
    if value is None or isinstance(value, bool | int | str | bytes):
        return value
    if isinstance(value, float):
        return ("float", value.hex())
    if isinstance(value, Mapping):
        return (
            "mapping",
            *sorted(((comparable(key), comparable(each)) for key, each in value.items()), key=repr),
        )
    if isinstance(value, Set):
        return ("set", *sorted(map(comparable, value), key=repr))
    if isinstance(value, Sequence | Iterator):
        return (type(value).__name__, *map(comparable, value))
    return _of_object(value)


def _of_object(value: Any) -> Any:
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if torch and isinstance(value, torch.Tensor):
        return ("tensor", *_of_array(value.detach().cpu().contiguous().numpy()))
    if numpy and isinstance(value, numpy.ndarray | numpy.generic):
        return (type(value).__name__, *_of_array(numpy.asarray(value)))
    if isinstance(value, PurePath):
        return str(value)
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    if is_dataclass(value):
        return (kind, *((field.name, comparable(getattr(value, field.name))) for field in fields(value)))
    return (kind,)


def _of_array(array: Any) -> Any:
    numbers = comparable(array.tolist()) if array.dtype == object else array.tobytes()
    return (str(array.dtype), array.shape, numbers)
