"""From ids to tensors: batches padded on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn.utils.rnn import pad_sequence

from embedkit.text.vocabulary import PAD_ID

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Batch:
    """B texts: `ids` int64 [B, T], `mask` bool [B, T], `labels` int64 [B], their `rows` in the split."""

    ids: Tensor
    mask: Tensor
    labels: Tensor
    rows: Tensor


@dataclass(frozen=True)
class EncodedSplit:
    """The texts of one split as ids, with the index of each label and the id of each example.

    Batches are padded to `length` tokens; where it is None, each to its own longest text.
    """

    ids: Sequence[Sequence[int]]
    labels: Sequence[int]
    example_ids: Sequence[int]
    length: int | None = None

    def __len__(self) -> int:
        return len(self.ids)

    def batches(self, batch_size: int, order: Tensor | None = None) -> Iterator[Batch]:
        """Batches of `batch_size` texts in `order` (int64 [n], a permutation), the last one maybe smaller."""
        texts = [torch.tensor(ids, dtype=torch.int64) for ids in self.ids]
        labels = torch.tensor(self.labels, dtype=torch.int64)
        rows = torch.arange(len(self)) if order is None else order
        for chunk in torch.split(rows, batch_size):
            yield self._batch([texts[row] for row in chunk], labels[chunk], chunk)

    def _batch(self, texts: Sequence[Tensor], labels: Tensor, rows: Tensor) -> Batch:
        lengths = torch.tensor([len(text) for text in texts])
        width = max(1, self.length or int(lengths.max()))
        ids = torch.full((len(texts), width), PAD_ID, dtype=torch.int64)
        padded = pad_sequence([*texts], batch_first=True, padding_value=PAD_ID)
        ids[:, : padded.shape[1]] = padded
        return Batch(ids, torch.arange(width) < lengths[:, None], labels, rows)
