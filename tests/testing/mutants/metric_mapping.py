"""Has pairs of classes as keys, which JSON has not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedkit.plugin_api import Register, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Mutant:
    """How often each class was predicted for each."""

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> dict[tuple[int, int], int]:
        """Return the counts."""
        pairs = [*zip(labels.tolist(), predicted.tolist(), strict=True)]
        return {pair: pairs.count(pair) for pair in pairs}


@hookimpl
def register_metrics(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
