"""The torch module behind `cnn`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import linear, pad


class CnnModule(nn.Module):
    """Encodes texts [B, T, D] as each filter's maximum over the text, [B, H]; filters are grouped by width.

    A filter sees every window of its width inside the text, which includes `padding` zero vectors on either
    side. A text shorter than that has one window, completed with zeros. No other window contains the padding
    of a batch, and a text without tokens becomes a row of zeros.
    """

    def __init__(
        self,
        input_dim: int,
        widths: Sequence[int],
        maps: int,
        activation: Literal["relu", "tanh"],
        dropout: float,
        padding: int = 0,
    ) -> None:
        super().__init__()
        self.widths = tuple(widths)
        self.output_dim = maps * len(self.widths)
        self.filters = nn.ModuleList(nn.Conv1d(input_dim, maps, width) for width in self.widths)
        self.activation = {"relu": nn.ReLU, "tanh": nn.Tanh}[activation]()
        self.dropout = nn.Dropout(dropout)
        self.padding = padding

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Encode `embedded` float [B, T, D] with `mask` bool [B, T] as [B, H]."""
        texts = embedded.masked_fill(~mask[:, :, None], 0.0)
        missing = max(self.widths) - texts.shape[1] - self.padding
        texts = pad(texts, (0, 0, self.padding, max(missing, self.padding)))
        lengths = mask.sum(dim=1, keepdim=True) + 2 * self.padding
        groups = cast("Iterable[nn.Conv1d]", self.filters)
        largest = torch.cat([_largest(group, texts, lengths) for group in groups], dim=1)
        # Neither activation ever falls, so it may wait until the largest value is known.
        encoded: Tensor = self.dropout(self.activation(largest))
        return encoded.masked_fill(~mask.any(dim=1, keepdim=True), 0.0)


def _largest(group: nn.Conv1d, texts: Tensor, lengths: Tensor) -> Tensor:
    """Return each filter's maximum over the windows inside the text, or over the first window: [B, maps].

    `texts` is float [B, T, D], `lengths` int64 [B, 1].
    """
    values = _windows(group.weight, texts)
    starts = torch.arange(values.shape[1], device=texts.device)
    beyond = starts > (lengths - group.weight.shape[2]).clamp(min=0)
    return values.masked_fill(beyond[:, :, None], -torch.inf).amax(dim=1) + cast("Tensor", group.bias)


def _windows(weight: Tensor, texts: Tensor) -> Tensor:
    """Return the convolution of `texts` [B, T, D] with `weight` [maps, D, width]: [B, T - width + 1, maps].

    One matrix product computes the terms of all places in a window, which are then added up. On a CPU this
    trains as fast as `conv1d` or faster, and sums of D terms, not D · width, have a third of its rounding
    error: small enough for a text to have the same logits, to 1e-6, alone and in a batch.
    """
    width = weight.shape[2]
    count = texts.shape[1] - width + 1
    by_place = linear(texts, weight.permute(2, 0, 1).flatten(0, 1)).chunk(width, dim=2)
    values: Tensor = by_place[0][:, :count]
    for place in range(1, width):
        values = values + by_place[place][:, place : place + count]
    return values
