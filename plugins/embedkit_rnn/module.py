"""The torch module behind `rnn`."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence


class RnnModule(nn.Module):
    """Texts [B, T, D] to the last hidden state of the top layer, [B, H]; both directions side by side."""

    def __init__(self, rnn: nn.RNN, *, mask_padding: bool) -> None:
        super().__init__()
        self.rnn = rnn
        self.mask_padding = mask_padding
        self.output_dim = rnn.hidden_size * (2 if rnn.bidirectional else 1)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """`embedded` float [B, T, D], `mask` bool [B, T] -> [B, H].

        With `mask_padding`, padding leaves no trace, and a text without tokens is a row of zeros.
        """
        if not self.mask_padding:
            return self._final(self.rnn(embedded)[1])
        lengths = mask.sum(dim=1)
        # An empty text is read as one token of padding, so that every text has a last state to blank out.
        at_least_one = lengths.clamp(min=1)
        read = self._both_ways if self.rnn.bidirectional else self._forwards
        return read(embedded, at_least_one).masked_fill((lengths == 0)[:, None], 0.0)

    def _forwards(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """The states at the last tokens: what follows them has not been read yet, in any layer."""
        states = cast("Tensor", self.rnn(embedded)[0])
        return states[torch.arange(len(states), device=states.device), lengths - 1]

    def _both_ways(self, embedded: Tensor, lengths: Tensor) -> Tensor:
        """The final states of packed texts: backwards, padding would be read first, so there must be none."""
        packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
        return self._final(self.rnn(packed)[1])

    def _final(self, states: Tensor) -> Tensor:
        """The top layer's final `states` of [layers * directions, B, H of one direction]."""
        return torch.cat((states[-2], states[-1]), dim=1) if self.rnn.bidirectional else states[-1]
