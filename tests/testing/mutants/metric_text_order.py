"""Breaks ties by the place of a text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedkit.plugin_api import Register, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Mutant:
    """The share of the positive class in the more probable half of the texts."""

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> float:
        """Return the share."""
        order = (-probabilities[:, -1]).argsort(kind="stable")
        first = order[: (len(order) + 1) // 2]
        return float((labels[first] == len(classes) - 1).mean())


@hookimpl
def register_metrics(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
