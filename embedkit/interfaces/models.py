"""Protocols of encoders, baselines and metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from embedkit.interfaces.arrays import BoolArray, IntArray
    from embedkit.interfaces.tasks import Task


class SequenceEncoder(Protocol):
    """A torch module that turns each text of a batch, given as word vectors, into one vector."""

    output_dim: int
    """H."""

    def __call__(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Encode a batch of texts as vectors, float [B, H].

        `embedded` is float [B, T, D], `mask` bool [B, T] (True at tokens, padding on the right). T is at
        least 1; a text without tokens has no True in its mask row and still gives finite numbers.
        """


class Encoder(Protocol):
    """Builds a sequence encoder. A class whose modules give other outputs with other padding sets
    `padding_invariant = False`: every batch is then padded to one length, the same at prediction. A class
    whose modules have no weights, apart from those of encoders in its parameters, sets `has_weights = False`.
    A class whose modules read one vector that a text encoder has pooled for the whole text, `[B, 1, D]`, in
    place of vectors of words, sets `reads_pooled = True`.
    """

    def build(self, input_dim: int) -> nn.Module:
        """Build a SequenceEncoder for D = input_dim, with weights drawn from torch's global generator."""


class FittedBaseline(Protocol):
    """A baseline fitted to the training split. If it chose parameters by itself, its attribute `chosen` maps
    their names to texts and numbers, which are written and shown with its figures.
    """

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the class probabilities [n, C] of `texts`, classes in the order given to `fit`.

        The probabilities of a text add up to 1, unless texts may have several labels.
        """


class Baseline(Protocol):
    """A simple text classifier that a model is compared with. It gets the texts as the readers give them, and
    no vectors. A class that can learn other tasks than one label per text lists them in `tasks`, as a Metric
    does.
    """

    def fit(
        self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]
    ) -> FittedBaseline:
        """Fit the baseline to the training split.

        `labels` are int64 [n] that index `classes`, or bool [n, C] if texts may have several labels. At least
        two classes occur. Random draws must be the same every time. Raises DataError, with the reason, if it
        cannot learn from these texts: it is then left out.
        """


@dataclass(frozen=True)
class BaselineState:
    """What a fitted baseline is stored as, without code: numbers and plain data.

    `arrays` are NumPy arrays by name, of float64, float32, int64, int32, int8, uint8 or bool and without NaN
    and infinity. `data` is what JSON can hold.
    """

    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    data: Mapping[str, Any] = field(default_factory=dict)


@runtime_checkable
class StorableFit(FittedBaseline, Protocol):
    """A fitted baseline that can be stored; optional. Its baseline must be a RestorableBaseline."""

    def state(self) -> BaselineState:
        """Return all that `probabilities` depends on, besides the parameters of the baseline."""


@runtime_checkable
class RestorableBaseline(Baseline, Protocol):
    """A baseline whose fits can be stored and loaded again; optional. Without it, a run that trains the
    baseline as its model has results, but no model that can be loaded.
    """

    def restore(self, state: BaselineState, classes: Sequence[str], task: Task) -> FittedBaseline:
        """Return the fitted baseline that had this state; it gives the same probabilities, bit for bit.

        A state may come from somebody else: nothing in it is trusted. Raises DataError, with the reason, if
        it cannot be the state of a fit to these classes.
        """


@runtime_checkable
class ExplainableFit(FittedBaseline, Protocol):
    """A fitted baseline that can tell what in a text speaks for which class; optional."""

    def evidence(self, text: str) -> Mapping[str, NDArray[np.float64]]:
        """Return what each n-gram of a text adds to the score of each class, float64 [C], by n-gram."""


class Metric(Protocol):
    """A measure of how good predictions are. A class for which smaller figures are better sets
    `smaller_is_better = True`, for early stopping. One whose figures have a smallest or a largest value says
    so by `bounds`, such as (0.0, 1.0), with None for an end that is open. A class that can score several
    labels per text has "multilabel" in `tasks`, an attribute, or a property that depends on its parameters;
    by default ("binary", "multiclass").
    """

    def score(
        self,
        labels: Any,
        predicted: Any,
        probabilities: NDArray[np.float64],
        classes: Sequence[str],
    ) -> float | Mapping[str, Any] | None:
        """Return the figure, or None if it is not defined for these labels (ROC-AUC of one class).

        `labels` and `predicted` are int64 [n] and index `classes`, `probabilities` is float64 [n, C]. With
        two classes the last one is the positive class. A metric with "multilabel" among its `tasks` may be
        given bool [n, C] as `labels` and `predicted`: whether each text has each label. Each class then has a
        probability of its own, and a row need not add up to 1.
        """
