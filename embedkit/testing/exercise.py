"""An exercise: what components of a kind are given, and the work that they do with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Exercise:
    """Ordinary work of the components of a `kind`, for the checks that all kinds have in common.

    `arguments(0)` and `arguments(1)` make two different sets of arguments, anew at every call. `work(made,
    arguments)` puts the component `made` to work and returns everything that it gives, in plain data, arrays
    and tensors: `comparing.comparable` says what can be compared. It takes what the component gives as it is,
    and judges nothing. `requires` are the ids of the checks without which
    there is no work to speak of.
    """

    kind: str
    arguments: Callable[[int], Any]
    work: Callable[[Any, Any], Any]
    requires: tuple[str, ...] = ()
