"""`rnn`: the keys of the encoder, and how its module is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from embedkit.plugin_api import Doc, Fault, RecipeError
from embedkit_rnn.keys import Bidirectional, Dropout, HiddenSize, NumLayers, Pooling, check_dropout

if TYPE_CHECKING:
    from torch import nn


class Rnn:
    """A simple recurrent network: a text is its last hidden state, or all of them pooled.

    Elman 1990, "Finding Structure in Time".
    """

    def __init__(
        self,
        *,
        hidden_size: HiddenSize,
        num_layers: NumLayers = 1,
        bidirectional: Bidirectional = False,
        dropout: Dropout = 0.0,
        pooling: Pooling = "last",
        nonlinearity: Annotated[Literal["tanh", "relu"], Doc("activation of the hidden state")] = "tanh",
        mask_padding: Annotated[
            bool,
            Doc("take the state at each text's last token, not after the padding"),
        ] = True,
    ) -> None:
        check_dropout(dropout, num_layers)
        if pooling != "last" and not mask_padding:
            what = f"'mask_padding: false' goes with 'pooling: last', not with '{pooling}'"
            raise RecipeError(Fault(what, where="encoder.mask_padding"))
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.pooling = pooling
        self.nonlinearity: Literal["tanh", "relu"] = nonlinearity
        self.mask_padding = mask_padding

    @property
    def padding_invariant(self) -> bool:
        """Return whether the encoding of a text is independent of its padding."""
        return self.mask_padding

    def build(self, input_dim: int) -> nn.Module:
        """Build the module; its weights are drawn exactly as an `nn.RNN` of the same settings draws them."""
        from torch import nn

        from embedkit_rnn.module import AfterPadding, Recurrent

        rnn = nn.RNN(
            input_dim,
            self.hidden_size,
            num_layers=self.num_layers,
            nonlinearity=self.nonlinearity,
            batch_first=True,
            dropout=self.dropout,
            bidirectional=self.bidirectional,
        )
        return Recurrent(rnn, self.pooling) if self.mask_padding else AfterPadding(rnn)
