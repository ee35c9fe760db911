"""From token ids to tensors: batches padded on the right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import torch

from embedkit.text.vocabulary import PAD_ID, UNK_ID

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from embedkit.interfaces import BoolArray, IntArray


DRAWN = 1 << 16
"""Random numbers that are in memory at once."""


@dataclass(frozen=True)
class Batch:
    """B texts: `inputs` int64 [B, S, ...], `mask` bool [B, S], `labels`, and `rows` in the split, int64 [B].

    The inputs are those of the model's embedder: for an embedding table, one id for each token. `labels` are
    int64 [B], or bool [B, C] for multi-label texts.
    """

    inputs: Tensor
    mask: Tensor
    labels: Tensor
    rows: Tensor


class EncodedSplit:
    """The texts of one split as token ids, with their labels and example ids.

    All ids are in one int32 tensor, one text after another, with one padding id at the end; a batch is read
    from it by one indexing operation. `lengths` is int64 [n]. Batches are padded to `length` tokens or, if it
    is None, each to its own longest text.
    """

    def __init__(
        self,
        ids: NDArray[np.int32],
        lengths: IntArray,
        labels: Sequence[int] | IntArray | BoolArray,
        example_ids: Sequence[int],
        length: int | None = None,
    ) -> None:
        self.labels = labels
        self.example_ids = example_ids
        self.length = length
        self.lengths = torch.from_numpy(lengths)
        # One id of padding ends the tensor: what a batch reads beyond a text's end.
        self._ids = torch.from_numpy(ids)
        self._unknown: Tensor | None = None
        self._starts = self.lengths.cumsum(0) - self.lengths
        self._labels = torch.from_numpy(np.asarray(labels))

    @classmethod
    def of(
        cls,
        texts: Sequence[Sequence[int]],
        labels: Sequence[int] | IntArray | BoolArray,
        example_ids: Sequence[int],
        length: int | None = None,
    ) -> EncodedSplit:
        """Make a split from lists of token ids."""
        ids = np.fromiter(chain(*texts, [PAD_ID]), np.int32)
        return cls(ids, np.fromiter(map(len, texts), np.int64, len(texts)), labels, example_ids, length)

    def __len__(self) -> int:
        return len(self.lengths)

    def to(self, device: torch.device) -> EncodedSplit:
        """Return the split with its ids on `device`; its batches will be there too, except for `rows`."""
        moved = copy(self)
        moved._ids = self._ids.to(device)
        return moved

    def with_unknown(self, share: float, generator: torch.Generator) -> EncodedSplit:
        """Return the split with each token replaced by `<UNK>` with probability `share` (word dropout).

        The lengths of the texts do not change.
        """
        changed = copy(self)
        drawn = torch.zeros(len(self._ids), dtype=torch.bool)
        for part in torch.split(drawn[:-1], DRAWN):
            part.copy_(torch.rand(len(part), generator=generator) < share)
        changed._unknown = drawn.to(self._ids.device)
        return changed

    def batches(self, groups: Iterable[Tensor]) -> Iterator[Batch]:
        """Yield one batch for each of `groups`, which hold the rows (int64 [B]) of its texts in the split."""
        return map(self._batch, groups)

    def _batch(self, rows: Tensor) -> Batch:
        device = self._ids.device
        lengths = self.lengths[rows, None]
        columns = torch.arange(max(1, self.length or int(lengths.max())), device=device)
        mask = columns < lengths.to(device)
        starts = self._starts[rows, None].to(device)
        positions = torch.where(mask, starts + columns, len(self._ids) - 1)
        ids = self._ids[positions].long()
        if self._unknown is not None:
            ids.masked_fill_(self._unknown[positions], UNK_ID)
        return Batch(ids, mask, self._labels[rows].to(device), rows)
