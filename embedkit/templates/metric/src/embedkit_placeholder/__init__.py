"""Accuracy of confident predictions, for classifiers that leave unsure cases to a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge, Le

from embedkit.plugin_api import Doc, Register, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.plugin_api import IntArray


class Placeholder:
    """The accuracy of the predictions that have at least a certain probability (1 - selective risk).

    El-Yaniv and Wiener 2010, "On the Foundations of Noise-free Selective Classification".
    """

    def __init__(
        self, *, threshold: Annotated[float, Ge(0), Le(1), Doc("least probability of a prediction")] = 0.8
    ) -> None:
        self.threshold = threshold

    def score(
        self,
        labels: IntArray,
        predicted: IntArray,
        probabilities: NDArray[np.float64],
        classes: Sequence[str],
    ) -> float | None:
        """Return the share of the confident predictions that are right; None if there is none."""
        confident = probabilities.max(axis=1) >= self.threshold
        if not confident.any():
            return None
        return float((labels == predicted)[confident].mean())


@hookimpl
def register_metrics(register: Register) -> None:
    """Register `placeholder`."""
    register("placeholder", Placeholder)
