"""The torch module behind `cnn`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import pad


class CnnModule(nn.Module):
    """Texts [B, T, D] to the largest value of each filter, [B, H]: H filters, those of one width together.

    A filter looks at every window of its width inside the text. A text shorter than that has one window,
    completed with zeros. Padding is in no other window and a text without tokens is a row of zeros.
    """

    def __init__(
        self,
        input_dim: int,
        widths: Sequence[int],
        maps: int,
        activation: Literal["relu", "tanh"],
        dropout: float,
    ) -> None:
        super().__init__()
        self.widths = tuple(widths)
        self.output_dim = maps * len(self.widths)
        # [B, D, 1, T] in memory order B, T, D is an image that lies channels last: unlike one dimension's,
        # two dimensions' convolution reads it where it is, without a copy turned to [B, D, T] in between.
        self.filters = nn.ModuleList(nn.Conv2d(input_dim, maps, (1, width)) for width in self.widths)
        self.activation = {"relu": nn.ReLU, "tanh": nn.Tanh}[activation]()
        self.dropout = nn.Dropout(dropout)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """`embedded` float [B, T, D], `mask` bool [B, T] -> [B, H]."""
        lengths = mask.sum(dim=1, keepdim=True)
        texts = embedded.masked_fill(~mask[:, :, None], 0.0)
        texts = pad(texts, (0, 0, 0, max(max(self.widths) - texts.shape[1], 0)))
        image = texts.transpose(1, 2)[:, :, None]
        largest = torch.cat([self._largest(group, image, lengths) for group in self.filters], dim=1)
        # Neither activation ever falls, so it may wait until the largest value is known.
        encoded: Tensor = self.dropout(self.activation(largest))
        return encoded.masked_fill(lengths == 0, 0.0)

    def _largest(self, group: nn.Module, image: Tensor, lengths: Tensor) -> Tensor:
        """[B, maps]: each filter's largest value over the windows that lie in the text, at least the first.

        `image` float [B, D, 1, T], `lengths` int64 [B, 1].
        """
        values: Tensor = group(image)[:, :, 0]
        windows = values.shape[2]
        width = image.shape[3] - windows + 1
        starts = torch.arange(windows, device=image.device)
        beyond = starts > (lengths - width).clamp(min=0)
        return values.masked_fill(beyond[:, None], -torch.inf).amax(dim=2)
