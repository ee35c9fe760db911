"""The torch modules behind `rnn`, `lstm` and `gru`."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from embedkit_rnn.keys import PoolingName
from embedkit_rnn.pooling import POOLINGS
from embedkit_rnn.reading import read


class Recurrent(nn.Module):
    """Encodes texts [B, T, D] as pooled states of the top layer, [B, H]; both directions are concatenated.

    Padding has no effect, and a text without tokens becomes a row of zeros.
    """

    def __init__(self, rnn: nn.RNNBase, pooling: PoolingName) -> None:
        super().__init__()
        self.rnn = rnn
        self.output_dim = rnn.hidden_size * (2 if rnn.bidirectional else 1)
        self.pooling = POOLINGS[pooling](rnn)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Encode `embedded` float [B, T, D] with `mask` bool [B, T] as [B, H]."""
        # An empty text is read as one token of padding, so that every text has a state to blank out.
        lengths = mask.sum(dim=1).clamp(min=1)
        pooled: Tensor = self.pooling(read(self.rnn, embedded, lengths), mask, lengths)
        return pooled.masked_fill(~mask.any(dim=1, keepdim=True), 0.0)


class AfterPadding(nn.Module):
    """Encodes texts [B, T, D] as the top layer's last hidden state [B, H]; padding is read like text."""

    def __init__(self, rnn: nn.RNN) -> None:
        super().__init__()
        self.rnn = rnn
        self.output_dim = rnn.hidden_size * (2 if rnn.bidirectional else 1)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:  # noqa: ARG002
        """Encode `embedded` float [B, T, D] as [B, H]; the mask is ignored."""
        final = self.rnn(embedded)[1]
        return torch.cat((final[-2], final[-1]), dim=1) if self.rnn.bidirectional else final[-1]
