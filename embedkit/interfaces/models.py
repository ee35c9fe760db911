"""What learns from texts, and what says how well it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from embedkit.interfaces.arrays import BoolArray, IntArray


Task = Literal["binary", "multiclass", "multilabel"]
"""What is told of a text: one of two classes, one of several, or any number of several."""


class SequenceEncoder(Protocol):
    """A torch module that turns a batch of embedded texts into one vector each."""

    output_dim: int
    """H."""

    def __call__(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """`embedded` float [B, T, D], `mask` bool [B, T] (True at tokens, padding on the right) -> [B, H].

        T is at least 1; a text without tokens has no True in its mask row and still gives finite numbers.
        """


class Encoder(Protocol):
    """Builds a sequence encoder. A class whose modules let padding change what they give sets
    `padding_invariant = False`: every batch is then padded to one length, the same at prediction.
    """

    def build(self, input_dim: int) -> nn.Module:
        """A module that is a SequenceEncoder for D = input_dim; draws its weights from torch's generator."""


class FittedBaseline(Protocol):
    """A baseline that has seen the training split. One that chose parameters by itself has them in `chosen`,
    an attribute that maps names to texts and numbers: they are written and shown with its figures.
    """

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Of each class [n, C], in the order of `classes`; of one class a text, they add up to 1."""


class Baseline(Protocol):
    """A simple classifier of texts that a model is held against. It is given the texts as the readers give
    them, and no vectors. A class that can learn other tasks than one class a text says so in `tasks`, as a
    Metric does.
    """

    def fit(
        self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]
    ) -> FittedBaseline:
        """Learn the training split: `labels` int64 [n] index `classes`; of several labels bool [n, C].

        Two classes or more occur. What it draws at random is the same every time. Raises DataError, which
        says why, where it cannot learn from these texts: it is then left out.
        """


class Metric(Protocol):
    """A figure for how good predictions are. A class whose smaller figures are the better ones sets
    `smaller_is_better = True`, for early stopping. One that can score several labels of a text says so in
    `tasks`, an attribute, or a property that goes by its parameters; by default ("binary", "multiclass").
    """

    def score(
        self,
        labels: Any,
        predicted: Any,
        probabilities: NDArray[np.float64],
        classes: Sequence[str],
    ) -> float | Mapping[str, Any] | None:
        """`labels` and `predicted` int64 [n] index `classes`, `probabilities` is [n, C].

        None where the figure is not defined for these labels (ROC-AUC of one class). With two classes the
        last one is the positive class. A metric with "multilabel" among its `tasks` may be given bool [n, C]
        as `labels` and `predicted`: of each text, which classes it is of; the probabilities of a text are
        then each class's own and add up to anything.
        """
