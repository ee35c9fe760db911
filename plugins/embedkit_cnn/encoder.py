"""`cnn`: the keys of the encoder, and how its module is built."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt, MinLen

from embedkit.plugin_api import Doc, Fault, RecipeError

if TYPE_CHECKING:
    from torch import nn


class Cnn:
    """A convolutional network: a text is the largest value that each filter takes over its tokens.

    Kim 2014, "Convolutional Neural Networks for Sentence Classification".
    """

    def __init__(
        self,
        *,
        widths: Annotated[
            Sequence[Annotated[int, Gt(0), Le(10_000)]],
            MinLen(1),
            Doc("window sizes in tokens, each once"),
        ] = (3, 4, 5),
        maps: Annotated[
            int, Gt(0), Doc("filters of each width; H is `maps` times the number of widths")
        ] = 100,
        activation: Annotated[Literal["relu", "tanh"], Doc("activation of the filters")] = "relu",
        dropout: Annotated[float, Ge(0), Lt(1), Doc("dropout on the encoded text")] = 0.5,
        padding: Annotated[
            int,
            Ge(0),
            Le(10_000),
            Doc("zero vectors before and after every text, so that filters reach over its ends"),
        ] = 0,
    ) -> None:
        twice = [width for width in widths if widths.count(width) > 1]
        if twice:
            what = f"the width {twice[0]} stands twice"
            raise RecipeError(Fault(what, where="encoder.widths", hint="More filters of a width: maps."))
        self.widths = widths
        self.maps = maps
        self.activation: Literal["relu", "tanh"] = activation
        self.dropout = dropout
        self.padding = padding

    def build(self, input_dim: int) -> nn.Module:
        """Build the module; its weights are drawn width by width, as `nn.Conv1d` draws them."""
        from embedkit_cnn.module import CnnModule

        return CnnModule(input_dim, self.widths, self.maps, self.activation, self.dropout, self.padding)
