"""Takes the logarithm of 0."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedkit.plugin_api import Register, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Mutant:
    """The mean surprise at the true class, in nats."""

    smaller_is_better = True

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> float:
        """Return the mean."""
        true = probabilities[range(len(labels)), labels].tolist()
        return -sum(math.log(share) for share in true) / len(true)


@hookimpl
def register_metrics(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
