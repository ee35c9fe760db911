"""Pooling of the token states [B, T, H] of a recurrent network into one vector for each text.

Each pooling takes the states, `mask` bool [B, T] and `lengths` int64 [B], at least 1. Its result for a text
without tokens is finite, and the caller replaces it by zeros.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from embedkit.plugin_api import masked_max, masked_mean
from embedkit_rnn.keys import PoolingName


class Last(nn.Module):
    """The last state of each direction: forwards at the last token, backwards at the first token."""

    def __init__(self, rnn: nn.RNNBase) -> None:
        super().__init__()
        self.forwards = rnn.hidden_size

    def forward(self, states: Tensor, mask: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG002
        """Return the last states [B, H] of `states` [B, T, H]."""
        rows = torch.arange(len(states), device=states.device)
        last = states[rows, lengths - 1, : self.forwards]
        return torch.cat((last, states[:, 0, self.forwards :]), dim=1)


class Mean(nn.Module):
    """The mean of the states."""

    def __init__(self, rnn: nn.RNNBase) -> None:  # noqa: ARG002
        super().__init__()

    def forward(self, states: Tensor, mask: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG002
        """Return the mean [B, H] of `states` [B, T, H] over the tokens."""
        return masked_mean(states, mask)


class Max(nn.Module):
    """The maximum of each dimension over the states: Conneau et al. 2017 (InferSent)."""

    def __init__(self, rnn: nn.RNNBase) -> None:  # noqa: ARG002
        super().__init__()

    def forward(self, states: Tensor, mask: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG002
        """Return the maximum [B, H] of `states` [B, T, H] over the tokens."""
        return masked_max(states, mask)


class Attention(nn.Module):
    """A weighted mean of the states h_t, with weights softmax(u · tanh(W h_t + b)) for a learned query u.

    Yang et al. 2016, "Hierarchical Attention Networks for Document Classification", equations 5–7.
    """

    def __init__(self, rnn: nn.RNNBase) -> None:
        super().__init__()
        width = rnn.hidden_size * (2 if rnn.bidirectional else 1)
        self.projection = nn.Linear(width, width)
        self.query = nn.Linear(width, 1, bias=False)

    def forward(self, states: Tensor, mask: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG002
        """Return the weighted mean [B, H] of `states` [B, T, H] over the tokens."""
        scores = self.query(torch.tanh(self.projection(states)))
        # The lowest number rather than -inf: a softmax over nothing but -inf is NaN, and so is its gradient.
        lowest = torch.finfo(scores.dtype).min
        weights = scores.masked_fill(~mask[:, :, None], lowest).softmax(dim=1)
        pooled: Tensor = (weights * states).sum(dim=1)
        return pooled


POOLINGS: dict[PoolingName, type[Last | Mean | Max | Attention]] = {
    "last": Last,
    "mean": Mean,
    "max": Max,
    "attention": Attention,
}
