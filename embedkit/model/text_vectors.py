"""The vectors of texts, computed by the network of a text encoder in batches of texts of similar length."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.interfaces import FloatArray, IntArray, Pieces, TextModel, TextNetwork

TOKENS = 4096
"""Pieces of a batch, padding included; a longer text is a batch of its own."""


@dataclass(frozen=True)
class Vectors:
    """The vectors of some texts: `numbers` of the texts, their `values` [R, D], `lengths` int64 of each."""

    numbers: IntArray
    values: FloatArray
    lengths: IntArray


class TextVectors:
    """Computes the vectors of texts with the network of `model`, which is built when it is first needed.

    A `pooled` text has one vector. Otherwise it has one for each word that is read: the mean of the states of
    the word's pieces, and zeros for a word without pieces.
    """

    def __init__(self, model: TextModel, pooled: bool) -> None:
        self._model = model
        self._pooled = pooled

    @cached_property
    def _network(self) -> TextNetwork:
        return cast("TextNetwork", self._model.build().eval())

    def compute(self, pieces: Pieces) -> Iterator[Vectors]:
        """Yield the vectors of all texts that `pieces` hold, in batches, in any order of texts."""
        begins = pieces.lengths.cumsum() - pieces.lengths
        for numbers in _batches(pieces.lengths):
            read = np.ones_like(numbers) if self._pooled else pieces.read[numbers]
            batch = _Batch.of(pieces, begins, numbers)
            yield Vectors(numbers, self._values(batch, read), read)

    @torch.inference_mode()
    def _values(self, batch: _Batch, read: IntArray) -> FloatArray:
        if not batch.ids.numel():
            return np.zeros((int(read.sum()), self._model.dim), np.float32)
        states = self._network(batch.ids, batch.mask)
        if self._pooled:
            return self._network.pool(states, batch.mask).numpy()
        return _word_states(states, batch.words, read)


@dataclass(frozen=True)
class _Batch:
    """B texts: `ids` int64, `mask` bool and `words` int64 (-1 at padding), all [B, S]."""

    ids: Tensor
    mask: Tensor
    words: Tensor

    @classmethod
    def of(cls, pieces: Pieces, begins: IntArray, numbers: IntArray) -> _Batch:
        lengths = pieces.lengths[numbers]
        columns = np.arange(lengths.max())
        mask = columns < lengths[:, None]
        positions = (begins[numbers, None] + columns)[mask]
        ids, words = np.zeros(mask.shape, np.int64), np.full(mask.shape, -1, np.int64)
        ids[mask], words[mask] = pieces.ids[positions], pieces.words[positions]
        return cls(torch.from_numpy(ids), torch.from_numpy(mask), torch.from_numpy(words))


def _batches(lengths: IntArray) -> Iterator[IntArray]:
    """Yield the numbers of texts, the shortest texts first, in batches of at most TOKENS pieces.

    Texts without pieces are a batch of their own, which the network cannot read.
    """
    order = np.argsort(lengths, kind="stable")
    begin = int((lengths == 0).sum())
    if begin:
        yield order[:begin]
    while begin < len(order):
        end = begin + 1
        while end < len(order) and (end + 1 - begin) * lengths[order[end]] <= TOKENS:
            end += 1
        yield order[begin:end]
        begin = end


def _word_states(states: Tensor, words: Tensor, read: IntArray) -> FloatArray:
    """Return the mean of the states of each word's pieces, [R, D]: R words, one text after another."""
    firsts = torch.from_numpy(read.cumsum() - read)
    of_words = words >= 0
    rows = (words + firsts[:, None])[of_words]
    sums = states.new_zeros(int(read.sum()), states.shape[-1]).index_add_(0, rows, states[of_words])
    counts = torch.bincount(rows, minlength=len(sums)).clamp(min=1)
    return (sums / counts[:, None]).numpy()
