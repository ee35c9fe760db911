"""The vectors of texts, computed by the network of a text encoder in batches of texts of equal length.

No batch has padding, each is computed by one thread, and none is so small that other routines of matrix
multiplication are used for it. Therefore the vectors of a text do not depend, to the last bit, on the other
texts that are encoded, or on the number of threads: on the processors and with the models that this was tried
on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.contracts import check_states

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.interfaces import FloatArray, IntArray, Pieces, TextModel, TextNetwork

VERSION = 1
"""Counts the changes after which the same pieces have other vectors."""

MOST = 2048
"""Pieces of a batch; a longer text is a batch of its own."""

FEWEST = 32
"""Pieces of a batch; a smaller one is filled with copies of its texts.

Matrices of fewer than 16 rows are multiplied by other routines, which round in another way.
"""

AHEAD = 2
"""Batches for each thread that are computed, or wait for it, before their vectors are taken."""


@dataclass(frozen=True)
class Vectors:
    """The vectors of some texts: `numbers` of the texts, their `values` [R, D], `lengths` int64 of each."""

    numbers: IntArray
    values: FloatArray
    lengths: IntArray


class TextVectors:
    """Computes the vectors of texts with the network of `model`, which is built when it is first needed.

    A `pooled` text has one vector. Otherwise it has one for each word that is read: the mean of the states of
    the word's pieces, and zeros for a word without pieces. A text without pieces has zeros, too.
    """

    def __init__(self, model: TextModel, pooled: bool) -> None:
        self._model = model
        self._pooled = pooled

    @cached_property
    def _network(self) -> TextNetwork:
        return cast("TextNetwork", self._model.build().eval())

    def compute(self, pieces: Pieces) -> Iterator[Vectors]:
        """Yield the vectors of all texts that `pieces` hold, in batches, the longest texts first.

        Raises ComponentError if the network fails, or gives arrays of other shapes.
        """
        begins = pieces.lengths.cumsum() - pieces.lengths

        def vectors(numbers: IntArray) -> Vectors:
            positions = begins[numbers, None] + np.arange(pieces.lengths[numbers[0]])
            read = np.ones_like(numbers) if self._pooled else pieces.read[numbers]
            ids, words = (each[positions].astype(np.int64) for each in (pieces.ids, pieces.words))
            return Vectors(numbers, self._values(ids, words, read), read)

        if len(pieces.lengths):
            _ = self._network  # which is built by this thread
        return _by_threads(vectors, _batches(pieces.lengths))

    @torch.inference_mode()
    def _values(self, ids: IntArray, words: IntArray, read: IntArray) -> FloatArray:
        """Return the vectors of B texts, [R, D]: `ids` and `words` [B, S], `read` vectors int64 [B]."""
        if not ids.size:
            return np.zeros((int(read.sum()), self._model.dim), np.float32)
        filled = torch.from_numpy(_filled(ids).astype(np.int64))
        with owner_of(self._network).calling(f"the network raised, on {len(filled)} texts:", guarded=False):
            states, pooled = self._read(filled)
        vectors = pooled[: len(ids)] if self._pooled else _word_states(states[: len(ids)], words, read)
        values: FloatArray = vectors.float().numpy()
        return values

    def _read(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        """Return the states [B, S, D] and the pooled vectors [B, D] of texts without padding."""
        mask, dim, network = torch.ones_like(ids, dtype=torch.bool), self._model.dim, self._network
        states = check_states(network, "forward()", network(ids, mask), (*ids.shape, dim))
        if not self._pooled:
            return states, states[:, 0]
        return states, check_states(network, "pool()", network.pool(states, mask), (len(ids), dim))


def _batches(lengths: IntArray) -> Iterator[IntArray]:
    """Yield the numbers of texts in batches of equal length, of at most MOST pieces, the longest first."""
    order = np.argsort(-lengths, kind="stable")
    ends = np.flatnonzero(np.diff(lengths[order], append=-1)) + 1
    for begin, end in zip([0, *ends[:-1]], ends, strict=True):
        count = max(1, MOST // max(1, int(lengths[order[begin]])))
        for first in range(begin, end, count):
            yield order[first : min(end, first + count)]


def _filled(ids: IntArray) -> IntArray:
    """Return texts of equal length, [B, S], with copies of them if they are too few."""
    return np.resize(ids, (max(len(ids), -(-FEWEST // ids.shape[1])), ids.shape[1]))


def _by_threads(compute: Callable[[IntArray], Vectors], batches: Iterator[IntArray]) -> Iterator[Vectors]:
    """Yield the vectors of batches, in order; each of torch's threads computes batches of its own."""
    threads = torch.get_num_threads()
    if threads == 1:
        yield from map(compute, batches)
        return
    pool = ThreadPoolExecutor(threads, "encode", torch.set_num_threads, (1,))
    try:
        waiting = deque(pool.submit(compute, batch) for batch in islice(batches, AHEAD * threads))
        while waiting:
            yield waiting.popleft().result()
            waiting.extend(pool.submit(compute, batch) for batch in islice(batches, 1))
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(threads)  # for threads that are new, the others have set it


def _word_states(states: Tensor, words: IntArray, read: IntArray) -> Tensor:
    """Return the mean of the states of each word's pieces, [R, D]: R words, one text after another."""
    of_words = words >= 0
    rows = torch.from_numpy((words + (read.cumsum() - read)[:, None])[of_words])
    sums = states.new_zeros(int(read.sum()), states.shape[-1])
    sums.index_add_(0, rows, states[torch.from_numpy(of_words)])
    return sums / torch.bincount(rows, minlength=len(sums)).clamp(min=1)[:, None]
