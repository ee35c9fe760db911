"""The torch modules behind `ensemble` and `slice`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from embedkit.plugin_api import SequenceEncoder


class EnsembleModule(nn.Module):
    """Texts [B, T, D] to what each of k members makes of them, side by side, [B, H].

    In training a text has one member, drawn so that all have as many texts, or one more; the part of every
    other is zeros. In evaluation it has all of them, and what they make of it is divided by k.
    """

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.output_dim = sum(member.output_dim for member in self._members())

    def _members(self) -> Iterable[SequenceEncoder]:
        return cast("Iterable[SequenceEncoder]", self.members)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """`embedded` float [B, T, D], `mask` bool [B, T] -> [B, H]."""
        if not self.training:
            together = torch.cat([member(embedded, mask) for member in self._members()], dim=1)
            return together / len(self.members)
        chosen = self._drawn(mask)
        parts = [
            _apart(member, (chosen == number).nonzero()[:, 0], embedded, mask)
            for number, member in enumerate(self._members())
        ]
        return torch.cat(parts, dim=1)

    def _drawn(self, mask: Tensor) -> Tensor:
        """The member of each text, int64 [B]."""
        order = torch.randperm(len(mask), device=mask.device)
        first = torch.randint(len(self.members), (), device=mask.device)
        return (order + first) % len(self.members)


def _apart(member: SequenceEncoder, rows: Tensor, embedded: Tensor, mask: Tensor) -> Tensor:
    """[B, H of the member]: what it makes of the texts `rows` (int64 [b]), and zeros for the others."""
    if not len(rows):
        return embedded.new_zeros(len(mask), member.output_dim)
    encoded = member(embedded[rows], mask[rows])
    return encoded.new_zeros(len(mask), member.output_dim).index_copy(0, rows, encoded)


class SliceModule(nn.Module):
    """Texts [B, T, D] to what an encoder makes of some of the D dimensions, [B, H]."""

    def __init__(self, encoder: nn.Module, dimensions: slice, frozen: bool) -> None:
        super().__init__()
        self.encoder = encoder
        self.dimensions = dimensions
        self.frozen = frozen
        self.output_dim = cast("SequenceEncoder", encoder).output_dim

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """`embedded` float [B, T, D], `mask` bool [B, T] -> [B, H]; where `frozen`, without a gradient."""
        read = embedded[:, :, self.dimensions]
        encoded: Tensor = self.encoder(read.detach() if self.frozen else read, mask)
        return encoded
