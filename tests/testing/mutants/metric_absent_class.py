"""Divides by the number of texts of a class, which may be 0."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedkit.plugin_api import Register, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Mutant:
    """The mean recall of the classes."""

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> float:
        """Return the mean."""
        right = labels == predicted
        counts = [(int(right[labels == c].sum()), int((labels == c).sum())) for c in range(len(classes))]
        return sum(found / there for found, there in counts) / len(classes)


@hookimpl
def register_metrics(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
