"""Divides by the number of texts less one, which may be 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedkit.plugin_api import Register, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Mutant:
    """The standard error of accuracy."""

    smaller_is_better = True

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> float:
        """Return the standard error."""
        share = float((labels == predicted).mean())
        return (share * (1 - share) / (len(labels) - 1)) ** 0.5


@hookimpl
def register_metrics(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
