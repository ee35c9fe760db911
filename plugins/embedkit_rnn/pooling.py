"""One vector for a text out of the states [B, T, H] of its tokens.

Each pooling takes the states, `mask` bool [B, T] and `lengths` int64 [B], at least 1. What it gives for a
text without tokens is finite, and left to its caller to blank out.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from embedkit.plugin_api import masked_max, masked_mean
from embedkit_rnn.keys import PoolingName


class Last(nn.Module):
    """The state at the last token; of the backward direction, whose last token is the text's first, there."""

    def __init__(self, rnn: nn.RNNBase) -> None:
        super().__init__()
        self.forwards = rnn.hidden_size

    def forward(self, states: Tensor, mask: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG002
        """[B, T, H] -> [B, H]."""
        rows = torch.arange(len(states), device=states.device)
        last = states[rows, lengths - 1, : self.forwards]
        return torch.cat((last, states[:, 0, self.forwards :]), dim=1)


class Mean(nn.Module):
    """The mean of the states."""

    def __init__(self, rnn: nn.RNNBase) -> None:  # noqa: ARG002
        super().__init__()

    def forward(self, states: Tensor, mask: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG002
        """[B, T, H] -> [B, H]."""
        return masked_mean(states, mask)


class Max(nn.Module):
    """The largest value of each dimension over the states: Conneau et al. 2017 (InferSent)."""

    def __init__(self, rnn: nn.RNNBase) -> None:  # noqa: ARG002
        super().__init__()

    def forward(self, states: Tensor, mask: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG002
        """[B, T, H] -> [B, H]."""
        return masked_max(states, mask)


class Attention(nn.Module):
    """A weighted mean of the states h_t, of weights softmax(u · tanh(W h_t + b)), u a learned query.

    Yang et al. 2016, "Hierarchical Attention Networks for Document Classification", equations 5–7.
    """

    def __init__(self, rnn: nn.RNNBase) -> None:
        super().__init__()
        width = rnn.hidden_size * (2 if rnn.bidirectional else 1)
        self.projection = nn.Linear(width, width)
        self.query = nn.Linear(width, 1, bias=False)

    def forward(self, states: Tensor, mask: Tensor, lengths: Tensor) -> Tensor:  # noqa: ARG002
        """[B, T, H] -> [B, H]."""
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
