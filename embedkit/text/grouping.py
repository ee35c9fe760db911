"""Group the rows of a split into batches: in source order, at random, or by length."""

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
    """Return groups in source order; the last group may be smaller."""
    return torch.split(torch.arange(texts), size)


def shuffled(texts: int, size: int, generator: Generator) -> Groups:
    """Return groups in random order."""
    return torch.split(torch.randperm(texts, generator=generator), size)


def by_length(lengths: Tensor, size: int) -> Groups:
    """Return groups by ascending length (`lengths` is int64 [n]), which needs the least padding.

    Texts of equal length stay in source order.
    """
    return torch.split(lengths.argsort(stable=True), size)


def bucketed(lengths: Tensor, size: int, generator: Generator) -> Groups:
    """Return random groups of texts of similar length, in random order.

    The texts are shuffled and cut into chunks; each chunk is sorted by length and cut into batches, and the
    batches are shuffled.
    """
    batches = ceil(len(lengths) / size)
    chunk = size * min(BUCKET_BATCHES, ceil(batches / 4))
    order = torch.randperm(len(lengths), generator=generator)
    chunks = [rows[lengths[rows].argsort(stable=True)] for rows in torch.split(order, chunk)]
    groups = [group for rows in chunks for group in torch.split(rows, size)]
    return [groups[i] for i in torch.randperm(len(groups), generator=generator)]
