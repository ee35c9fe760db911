"""`lstm` and `gru`: the keys of the gated encoders, and how their modules are built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedkit_rnn.keys import Bidirectional, Dropout, HiddenSize, NumLayers, Pooling, check_dropout

if TYPE_CHECKING:
    from torch import nn


class _Gated:
    """Base class of `lstm` and `gru`: everything but the network."""

    def __init__(
        self,
        *,
        hidden_size: HiddenSize,
        num_layers: NumLayers = 1,
        bidirectional: Bidirectional = False,
        dropout: Dropout = 0.0,
        pooling: Pooling = "last",
    ) -> None:
        check_dropout(dropout, num_layers)
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bidirectional = bidirectional
        self.dropout = dropout
        self.pooling = pooling

    def _settings(self) -> dict[str, Any]:
        """Return the keys under torch's names."""
        return {
            "hidden_size": self.hidden_size,
            "num_layers": self.num_layers,
            "batch_first": True,
            "dropout": self.dropout,
            "bidirectional": self.bidirectional,
        }


class Lstm(_Gated):
    """Long short-term memory: gates decide what a cell keeps, so that a text's beginning reaches its end.

    Hochreiter & Schmidhuber 1997, "Long Short-Term Memory"; with the forget gate of Gers et al. 2000.
    """

    def build(self, input_dim: int) -> nn.Module:
        """Build the module; its weights are drawn as `nn.LSTM` draws them, followed by any for attention."""
        from torch import nn

        from embedkit_rnn.module import Recurrent

        return Recurrent(nn.LSTM(input_dim, **self._settings()), self.pooling)


class Gru(_Gated):
    """Gated recurrent units: two gates in place of the LSTM's three, and no cell beside the hidden state.

    Cho et al. 2014, "Learning Phrase Representations using RNN Encoder–Decoder".
    """

    def build(self, input_dim: int) -> nn.Module:
        """Build the module; its weights are drawn as `nn.GRU` draws them, followed by any for attention."""
        from torch import nn

        from embedkit_rnn.module import Recurrent

        return Recurrent(nn.GRU(input_dim, **self._settings()), self.pooling)
