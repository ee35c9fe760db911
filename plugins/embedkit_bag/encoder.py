"""`bag`: the keys of the encoder, and how its module is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Lt

from embedkit.interfaces import Doc

if TYPE_CHECKING:
    from torch import nn


class Bag:
    """A bag of vectors: a text is the mean of its words' vectors, their largest values, or both.

    Shen et al. 2018, "Baseline Needs More Love: On Simple Word-Embedding-Based Models and Associated
    Pooling Mechanisms" (SWEM).
    """

    def __init__(
        self,
        *,
        pooling: Annotated[
            Literal["mean", "max", "both"],
            Doc("the mean of each dimension, its largest value, or the two side by side, which doubles H"),
        ] = "mean",
        dropout: Annotated[
            float, Ge(0), Lt(1), Doc("share of the encoded text set to zero in training")
        ] = 0.0,
    ) -> None:
        self.pooling: Literal["mean", "max", "both"] = pooling
        self.dropout = dropout

    def build(self, input_dim: int) -> nn.Module:
        """A module without weights: nothing is drawn."""
        from embedkit_bag.module import BagModule

        return BagModule(input_dim, self.pooling, self.dropout)
