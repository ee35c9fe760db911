"""Wrappers of encoders, metrics and baselines, which are given read-only copies of arrays."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from embedkit.errors import ComponentError
from embedkit.interfaces.calling import OWNER, Owner
from embedkit.interfaces.changes import accepting, heed
from embedkit.plugin.wrappers.wrapped import Wrapped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import nn

    from embedkit.interfaces import Baseline, BoolArray, Encoder, FittedBaseline, IntArray, Metric


class WrappedEncoder(Wrapped):
    """The wrapper of an encoder."""

    protocol = "Encoder"
    _made: Encoder

    def build(self, input_dim: int, **newer: Any) -> nn.Module:
        """Build the module and mark it with its owner. Raises ComponentError if it has no `output_dim`."""
        from embedkit.interfaces.contracts import check_module

        with self._owner.calling(
            lambda: f"build() for vectors of {input_dim} dimensions raised", guarded=False
        ):
            module = accepting("Encoder.build", self._made.build)(input_dim, **newer)
            setattr(check_module(self, module), OWNER, self._owner)
            heed("SequenceEncoder", module)
        return module


class WrappedMetric(Wrapped):
    """The wrapper of a metric."""

    protocol = "Metric"
    _made: Metric

    def __init__(self, made: Metric, owner: Owner) -> None:
        super().__init__(made, owner)
        self._failures = set[str]()
        self._asked_again = False
        self._impure: ComponentError | None = None

    def fails_anew(self, failure: str) -> bool:
        """Return whether `failure` is new, and remember it.

        A metric is computed after every epoch, and may fail each time.
        """
        known = failure in self._failures
        self._failures.add(failure)
        return not known

    def score(
        self,
        labels: Any,
        predicted: Any,
        probabilities: NDArray[np.float64],
        classes: Sequence[str],
        **newer: Any,
    ) -> Any:
        """Return the figure as JSON data.

        Raises ComponentError if JSON cannot hold it or if a plugin's metric, asked once more the first time,
        gives another one for the texts in the opposite order.
        """
        from embedkit.interfaces.consistency import check_figure_again

        figure = self._scored((labels, predicted, probabilities), classes, **newer)
        if self._owner.foreign and not self._asked_again and len(labels) > 1:
            self._asked_again = True
            backwards = (labels[::-1], predicted[::-1], probabilities[::-1])
            try:
                check_figure_again(self, figure, self._scored(backwards, classes, **newer))
            except ComponentError as error:
                self._impure = error
        if self._impure is not None:
            raise self._impure
        return figure

    def _scored(self, arrays: Sequence[Any], classes: Sequence[str], **newer: Any) -> Any:
        from embedkit.interfaces.contracts import check_figure

        true, told, shares = map(read_only, arrays)
        with self._owner.calling("score() raised"):
            score = accepting("Metric.score", self._made.score)
            figure = score(true, told, shares, tuple(classes), **newer)
        return check_figure(self, figure)


class WrappedBaseline(Wrapped):
    """The wrapper of a baseline."""

    protocol = "Baseline"
    _made: Baseline

    def fit(
        self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str], **newer: Any
    ) -> FittedBaseline:
        """Fit the baseline and return it in a wrapper. Raises ComponentError if it has no `probabilities`."""
        with self._owner.calling(lambda: f"fit() to {len(texts):,} texts raised"):
            fit = accepting("Baseline.fit", self._made.fit)
            fitted = fit(texts, read_only(labels), tuple(classes), **newer)
        return self._wrapped("fit()", fitted)

    def _wrapped(self, call: str, fitted: Any) -> FittedBaseline:
        from embedkit.interfaces.contracts import check_has

        with self._owner.calling(f"{call} raised"):
            heed(WrappedFitted.protocol, fitted)
        check_has(self, call, fitted, "probabilities")
        return WrappedFitted.of(fitted, self._owner)

    def _called(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        called = super()._called(name, method)
        if name != "restore":
            return called

        def restored(*arguments: Any, **more: Any) -> FittedBaseline:
            return self._wrapped("restore()", called(*arguments, **more))

        return restored


class WrappedFitted(Wrapped):
    """The wrapper of a fitted baseline."""

    protocol = "FittedBaseline"
    _made: FittedBaseline

    def probabilities(self, texts: Sequence[str], **newer: Any) -> NDArray[np.float64]:
        """Return the class probabilities of each text, not yet checked (`contracts.check_probabilities`)."""
        with self._owner.calling(lambda: f"probabilities() of {len(texts):,} texts raised"):
            return accepting("FittedBaseline.probabilities", self._made.probabilities)(texts, **newer)


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a copy that cannot be made writable: its numbers are in a bytes object."""
    import numpy as np

    return np.ndarray(array.shape, array.dtype, array.tobytes())
