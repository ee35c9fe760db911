"""Optimizer steps: the examples that a step reads in all processes, and the batches of this process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from embedkit.text.grouping import Groups, bucketed, in_order, shuffled

if TYPE_CHECKING:
    from torch import Generator, Tensor

    from embedkit.distributed.process_group import ProcessGroup
    from embedkit.recipe.text_encoder import AnyTraining
    from embedkit.text.batching import Batch, EncodedSplit


@dataclass(frozen=True)
class Step:
    """One optimizer step on the examples `rows` (int64 [S]) of `split`; `batches` are this process's part."""

    split: EncodedSplit
    rows: Tensor
    batches: Sequence[Batch]

    def rows_read(self) -> Tensor:
        """Return the rows of an embedding table that any process reads, int64 [U], unique and sorted."""
        alone = len(self.batches) == 1 and len(self.batches[0].rows) == len(self.rows)
        (whole,) = self.batches if alone else self.split.batches([self.rows])
        rows: Tensor = torch.unique(whole.inputs)
        return rows


def step_size(settings: AnyTraining, group: ProcessGroup) -> int:
    """Return the number of examples in a step; the last step of an epoch may have fewer."""
    return settings.batch_size * settings.accumulate * group.count


def groups_of(train: EncodedSplit, settings: AnyTraining, size: int, orders: Generator) -> Groups:
    """Return the examples of each step of an epoch: in source order, shuffled, or bucketed by length.

    Without the setting `bucket`, examples are bucketed only if each batch is padded to its longest text: with
    one fixed length, bucketing would save no padding.
    """
    size = min(size, max(1, len(train)))
    if not settings.shuffle:
        return in_order(len(train), size)
    if train.length is None if settings.bucket is None else settings.bucket:
        return bucketed(train.lengths, size, orders)
    return shuffled(len(train), size, orders)


def steps(train: EncodedSplit, groups: Groups, batch_size: int, group: ProcessGroup) -> Iterator[Step]:
    """Yield one step per group. A process may have no batch in a group that is smaller than the others."""
    for rows in groups:
        parts = torch.split(group.shard(rows), batch_size)
        yield Step(train, rows, [*train.batches(part for part in parts if len(part))])
