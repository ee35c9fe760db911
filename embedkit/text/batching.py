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
    from torch import Tensor

    from embedkit.interfaces import BoolArray, IntArray


DRAWN = 1 << 16
"""Random numbers that are in memory at once."""


@dataclass(frozen=True)
class Batch:
    """B texts: `inputs` [B, S, ...], `mask` bool [B, S], `labels`, and `rows` in the split, int64 [B].

    The inputs are those of the model's embedder: for an embedding table, one id for each token, int64, and
    for a frozen text encoder a vector, float32. `labels` are int64 [B], or bool [B, C] for multi-label texts.
    """

    inputs: Tensor
    mask: Tensor
    labels: Tensor
    rows: Tensor


@dataclass(frozen=True)
class Inputs:
    """The texts of a split as an embedder reads them, one text after another.

    `values` int32 or float [N + 1, ...] has an entry for each of N tokens, such as its id, and ends with that
    of padding, which is what a batch reads beyond a text's end. `lengths` int64 [n] counts the entries of
    each text. `unknown` stands for every number in the entry of an unknown token.
    """

    values: Tensor
    lengths: Tensor
    unknown: int = UNK_ID


class EncodedSplit:
    """The texts of one split as inputs of an embedder, with their labels and example ids.

    A batch is read from the inputs by one indexing operation. Batches are padded to `length` tokens or, if it
    is None, each to its own longest text.
    """

    def __init__(
        self,
        inputs: Inputs,
        labels: Sequence[int] | IntArray | BoolArray,
        example_ids: Sequence[int],
        length: int | None = None,
    ) -> None:
        self.labels = labels
        self.example_ids = example_ids
        self.length = length
        self.lengths = inputs.lengths
        self._values = inputs.values
        self._unknown_value = inputs.unknown
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
        ids = torch.from_numpy(np.fromiter(chain(*texts, [PAD_ID]), np.int32))
        lengths = torch.from_numpy(np.fromiter(map(len, texts), np.int64, len(texts)))
        return cls(Inputs(ids, lengths), labels, example_ids, length)

    def __len__(self) -> int:
        return len(self.lengths)

    def to(self, device: torch.device) -> EncodedSplit:
        """Return the split with its inputs on `device`; its batches will be there too, except for `rows`."""
        moved = copy(self)
        moved._values = self._values.to(device)
        return moved

    def with_unknown(self, share: float, generator: torch.Generator) -> EncodedSplit:
        """Return the split with each token made unknown with probability `share` (word dropout).

        The lengths of the texts do not change.
        """
        changed = copy(self)
        drawn = torch.zeros(len(self._values), dtype=torch.bool)
        for part in torch.split(drawn[:-1], DRAWN):
            part.copy_(torch.rand(len(part), generator=generator) < share)
        changed._unknown = drawn.to(self._values.device)
        return changed

    def batches(self, groups: Iterable[Tensor]) -> Iterator[Batch]:
        """Yield one batch for each of `groups`, which hold the rows (int64 [B]) of its texts in the split."""
        return map(self._batch, groups)

    def _batch(self, rows: Tensor) -> Batch:
        device = self._values.device
        lengths = self.lengths[rows, None]
        columns = torch.arange(max(1, self.length or int(lengths.max())), device=device)
        mask = columns < lengths.to(device)
        starts = self._starts[rows, None].to(device)
        positions = torch.where(mask, starts + columns, len(self._values) - 1)
        values = self._values[positions]
        inputs = values.float() if values.is_floating_point() else values.long()
        if self._unknown is not None:
            unknown = self._unknown[positions]
            inputs.masked_fill_(
                unknown.reshape(unknown.shape + (1,) * (inputs.dim() - 2)), self._unknown_value
            )
        return Batch(inputs, mask, self._labels[rows].to(device), rows)
