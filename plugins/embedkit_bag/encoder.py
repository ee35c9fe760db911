"""`bag` and `pooled`: the keys of the encoders, and how their modules are built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from annotated_types import Ge, Lt

from embedkit.plugin_api import Doc

if TYPE_CHECKING:
    from torch import nn

Pooling = Literal["mean", "sum", "max", "both"]


class Bag:
    """A bag of vectors: a text is the mean of its words' vectors, their sum or their largest values.

    Shen et al. 2018, "Baseline Needs More Love: On Simple Word-Embedding-Based Models and Associated
    Pooling Mechanisms" (SWEM).
    """

    has_weights: ClassVar[bool] = False

    def __init__(
        self,
        *,
        pooling: Annotated[
            Pooling,
            Doc("mean, sum or maximum of each dimension; `both` concatenates mean and maximum: H is 2 D"),
        ] = "mean",
        dropout: Annotated[float, Ge(0), Lt(1), Doc("dropout on the encoded text")] = 0.0,
    ) -> None:
        self.pooling: Pooling = pooling
        self.dropout = dropout

    def build(self, input_dim: int) -> nn.Module:
        """Build the pooling module; it has no weights, so no random numbers are drawn."""
        from embedkit_bag.module import BagModule

        return BagModule(input_dim, self.pooling, self.dropout)


class Pooled:
    """The vector of a whole text, as a text encoder pools it: the way the model was trained to."""

    has_weights: ClassVar[bool] = False
    reads_pooled: ClassVar[bool] = True

    def __init__(
        self, *, dropout: Annotated[float, Ge(0), Lt(1), Doc("dropout on the encoded text")] = 0.0
    ) -> None:
        self.dropout = dropout

    def build(self, input_dim: int) -> nn.Module:
        """Build the module; it has no weights, so no random numbers are drawn."""
        from embedkit_bag.module import PooledModule

        return PooledModule(input_dim, self.dropout)
