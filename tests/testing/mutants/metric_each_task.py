"""Has room for two classes alone, and says that it scores several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedkit.plugin_api import Register, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Mutant:
    """Accuracy, from a table of labels and predictions."""

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> float:
        """Return the accuracy."""
        import numpy as np

        table = np.zeros((2, 2))
        np.add.at(table, (labels, predicted), 1)
        return float(table.trace() / table.sum())


@hookimpl
def register_metrics(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
