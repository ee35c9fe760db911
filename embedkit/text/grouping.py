"""Which texts make a batch: rows of a split in groups, in source order, at random, or by length."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from torch import Generator, Tensor

BUCKET_BATCHES = 50
"""Texts are sorted by length within chunks of so many batches, or a quarter of all where that is less."""

Groups = Sequence["Tensor"]
"""Rows int64 [B] of each batch; every row of the split stands in one group."""


def in_order(texts: int, size: int) -> Groups:
    """Source order, the last group maybe smaller."""
    return torch.split(torch.arange(texts), size)


def shuffled(texts: int, size: int, generator: Generator) -> Groups:
    """A random order."""
    return torch.split(torch.randperm(texts, generator=generator), size)


def by_length(lengths: Tensor, size: int) -> Groups:
    """The shortest texts (of `lengths` int64 [n]) first, source order among equals: least padding."""
    return torch.split(lengths.argsort(stable=True), size)


def bucketed(lengths: Tensor, size: int, generator: Generator) -> Groups:
    """Texts of similar length together, and still at random: which ones meet, and which batch is when.

    A random order is cut into chunks, each is sorted by length and cut into batches; these are shuffled.
    """
    batches = ceil(len(lengths) / size)
    chunk = size * min(BUCKET_BATCHES, ceil(batches / 4))
    order = torch.randperm(len(lengths), generator=generator)
    chunks = [rows[lengths[rows].argsort(stable=True)] for rows in torch.split(order, chunk)]
    groups = [group for rows in chunks for group in torch.split(rows, size)]
    return [groups[i] for i in torch.randperm(len(groups), generator=generator)]
