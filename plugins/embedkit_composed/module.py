"""The torch modules behind `ensemble` and `slice`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from embedkit.plugin_api import SequenceEncoder


class EnsembleModule(nn.Module):
    """Encodes texts [B, T, D] with k members, and concatenates their outputs, [B, H].

    In training each text is encoded by one member, drawn so that the members' numbers of texts differ by one
    at most; the outputs of the other members are zeros. In evaluation all members encode every text, and
    their outputs are divided by k.
    """

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.output_dim = sum(member.output_dim for member in self._members())

    def _members(self) -> Iterable[SequenceEncoder]:
        return cast("Iterable[SequenceEncoder]", self.members)

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Encode `embedded` float [B, T, D] with `mask` bool [B, T] as [B, H]."""
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
        """Return the index of a randomly drawn member for each text, int64 [B]."""
        order = torch.randperm(len(mask), device=mask.device)
        first = torch.randint(len(self.members), (), device=mask.device)
        return (order + first) % len(self.members)


def _apart(member: SequenceEncoder, rows: Tensor, embedded: Tensor, mask: Tensor) -> Tensor:
    """Return a member's encoding [B, H] of the texts `rows` (int64 [b]), with zeros for the other texts.

    H is the member's own.
    """
    if not len(rows):
        return embedded.new_zeros(len(mask), member.output_dim)
    encoded = member(embedded[rows], mask[rows])
    return encoded.new_zeros(len(mask), member.output_dim).index_copy(0, rows, encoded)


class SliceModule(nn.Module):
    """Encodes texts [B, T, D] with an encoder that reads only some of the D dimensions, [B, H]."""

    def __init__(self, encoder: nn.Module, dimensions: slice, frozen: bool) -> None:
        super().__init__()
        self.encoder = encoder
        self.dimensions = dimensions
        self.frozen = frozen
        self.output_dim = cast("SequenceEncoder", encoder).output_dim

    def forward(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """Encode `embedded` float [B, T, D] with `mask` bool [B, T] as [B, H].

        If `frozen`, no gradient reaches `embedded`.
        """
        read = embedded[:, :, self.dimensions]
        encoded: Tensor = self.encoder(read.detach() if self.frozen else read, mask)
        return encoded
