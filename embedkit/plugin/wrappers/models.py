"""Wrappers of encoders, metrics and baselines, which are given read-only copies of arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from embedkit.interfaces import Baseline, Encoder, FittedBaseline, Metric
from embedkit.interfaces.calling import OWNER, Owner
from embedkit.interfaces.contracts import check_figure, check_has, check_module
from embedkit.plugin.wrappers.wrapped import Wrapped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from embedkit.interfaces import BoolArray, IntArray


class WrappedEncoder(Wrapped[Encoder]):
    """The wrapper of an encoder."""

    def build(self, input_dim: int) -> nn.Module:
        """Build the module and mark it with its owner. Raises ComponentError if it has no `output_dim`."""
        with self._owner.calling(
            lambda: f"build() for vectors of {input_dim} dimensions raised", guarded=False
        ):
            module = self._made.build(input_dim)
            setattr(check_module(self, module), OWNER, self._owner)
        return module


class WrappedMetric(Wrapped[Metric]):
    """The wrapper of a metric."""

    def __init__(self, made: Metric, owner: Owner) -> None:
        super().__init__(made, owner)
        self._failures = set[str]()

    def fails_anew(self, failure: str) -> bool:
        """Return whether `failure` is new, and remember it.

        A metric is computed after every epoch, and may fail each time.
        """
        known = failure in self._failures
        self._failures.add(failure)
        return not known

    def score(
        self, labels: Any, predicted: Any, probabilities: NDArray[np.float64], classes: Sequence[str]
    ) -> Any:
        """Return the figure as JSON data. Raises ComponentError if JSON cannot hold it."""
        true, told, shares = (_read_only(array) for array in (labels, predicted, probabilities))
        with self._owner.calling("score() raised"):
            figure = self._made.score(true, told, shares, tuple(classes))
        return check_figure(self, figure)


class WrappedBaseline(Wrapped[Baseline]):
    """The wrapper of a baseline."""

    def fit(
        self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]
    ) -> FittedBaseline:
        """Fit the baseline and return it in a wrapper. Raises ComponentError if it has no `probabilities`."""
        with self._owner.calling(lambda: f"fit() to {len(texts):,} texts raised"):
            fitted = self._made.fit(texts, _read_only(labels), tuple(classes))
        check_has(self, "fit()", fitted, "probabilities")
        return WrappedFitted.of(fitted, self._owner)

    def _called(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        called = super()._called(name, method)
        if name != "restore":
            return called

        def restored(*arguments: Any, **more: Any) -> FittedBaseline:
            fitted = called(*arguments, **more)
            check_has(self, "restore()", fitted, "probabilities")
            return WrappedFitted.of(fitted, self._owner)

        return restored


class WrappedFitted(Wrapped[FittedBaseline]):
    """The wrapper of a fitted baseline."""

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the class probabilities of each text, not yet checked (`contracts.check_probabilities`)."""
        with self._owner.calling(lambda: f"probabilities() of {len(texts):,} texts raised"):
            return self._made.probabilities(texts)


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy that cannot be made writable: its numbers are in a bytes object."""
    import numpy as np

    return np.ndarray(array.shape, array.dtype, array.tobytes())
