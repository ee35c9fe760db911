"""`transformer`: the keys of the encoder, and how its module is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Ge, Gt, Le, Lt

from embedkit.plugin_api import Doc, Fault, RecipeError

if TYPE_CHECKING:
    from torch import nn


class Transformer:
    """Layers of self-attention, trained from scratch: a text is what its tokens become, pooled.

    Vaswani et al. 2017, "Attention Is All You Need"; `torch.nn.TransformerEncoder`.
    """

    def __init__(
        self,
        *,
        num_layers: Annotated[int, Gt(0), Le(1000), Doc("layers of attention and feed-forward network")] = 1,
        num_heads: Annotated[int, Gt(0), Doc("attention heads, which divide D equally")] = 2,
        feedforward_size: Annotated[
            int | None, Gt(0), Doc("hidden units of the feed-forward network; null is 4 · D")
        ] = None,
        dropout: Annotated[
            float,
            Ge(0),
            Lt(1),
            Doc("dropout in every layer: attention weights, feed-forward network, residual sums"),
        ] = 0.1,
        norm_first: Annotated[
            bool, Doc("layer normalization before each part of a layer, and once at the end, not after each")
        ] = False,
        positions: Annotated[
            Literal["sinusoidal", "none"],
            Doc("position encoding added to the vectors; `none` leaves a bag of words"),
        ] = "sinusoidal",
        pooling: Annotated[
            Literal["mean", "max", "first"],
            Doc("mean or maximum over the tokens, or the output for the first token"),
        ] = "mean",
    ) -> None:
        self.num_layers = num_layers
        self.num_heads = num_heads
        self.feedforward_size = feedforward_size
        self.dropout = dropout
        self.norm_first = norm_first
        self.positions: Literal["sinusoidal", "none"] = positions
        self.pooling: Literal["mean", "max", "first"] = pooling

    def build(self, input_dim: int) -> nn.Module:
        """Build the module; its layers draw their weights one by one, as `nn.TransformerEncoderLayer` does.

        Raises RecipeError if `input_dim` is not a multiple of the number of heads.
        """
        from embedkit_transformer.module import TransformerModule

        self._check_heads(input_dim)
        return TransformerModule(
            [self._layer(input_dim) for _ in range(self.num_layers)],
            positions=self.positions,
            pooling=self.pooling,
        )

    def _layer(self, input_dim: int) -> nn.TransformerEncoderLayer:
        from torch import nn

        return nn.TransformerEncoderLayer(
            input_dim,
            self.num_heads,
            dim_feedforward=self.feedforward_size or 4 * input_dim,
            dropout=self.dropout,
            batch_first=True,
            norm_first=self.norm_first,
        )

    def _check_heads(self, input_dim: int) -> None:
        if input_dim % self.num_heads:
            counts = [count for count in range(1, input_dim + 1) if input_dim % count == 0]
            what = f"{self.num_heads} heads cannot share vectors of width {input_dim} equally"
            near = min(counts, key=lambda count: abs(count - self.num_heads))
            raise RecipeError(Fault(what, "encoder.num_heads", str(near), tuple(map(str, counts))))
