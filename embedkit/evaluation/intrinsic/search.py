"""The nearest word to `b - a + c` among all words of a source, in blocks, for many questions at once.

One matrix product for each block serves all questions: the block times the distinct words of the questions,
which are far fewer than the questions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from embedkit.vectors.cosine import unit_rows

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray, IntArray

Objective = Literal["3cosadd", "3cosmul"]

MEMORY = 2**28
"""Bytes of vectors, and of their cosines with the questions' words, that are held at once."""

BLOCK = 2**14
"""Words compared at once: so few that what is computed of them stays in the processor's cache."""

EPSILON = 1e-6
"""Added to the divisor of 3CosMul so that it is never zero: gensim's value (Levy & Goldberg used 0.001)."""


class Formula(NamedTuple):
    """A score computed in two steps; questions with the same `a` and `b` share the first.

    `shift` is added to the cosines beforehand.
    """

    shift: float
    step: Callable[[FloatArray, FloatArray], FloatArray]
    finish: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


_FORMULAS: Mapping[Objective, Formula] = {
    "3cosadd": Formula(0, lambda a, b: b - a, lambda step, c, out: np.add(step, c, out=out)),
    # Cosines moved to [0, 2], twice those of the paper, and EPSILON with them; the order is the same.
    "3cosmul": Formula(
        1, lambda a, b: b / (a + 2 * EPSILON), lambda step, c, out: np.multiply(step, c, out=out)
    ),
}


class Search:
    """Finds the best answer to each of n questions, one block of words after the other.

    `terms` float32 [W, D] are vectors of the questions' words, `asked` int [n, 3] the rows in `terms` of each
    question's a, b and c, `excluded` the rows of the source that are no answer to it. `rows` [n] is the best
    row of the source so far, -1 while there is none; of equally good ones it is the first.
    """

    def __init__(
        self, terms: FloatArray, asked: IntArray, excluded: Sequence[Sequence[int]], objective: Objective
    ) -> None:
        used, asked = np.unique(asked, return_inverse=True)
        self._terms = unit_rows(terms[used], reciprocal=True)
        self._asked = asked.reshape(-1, 3).tolist()
        self._excluded = excluded
        self._formula = _FORMULAS[objective]
        self._best = [-np.inf] * len(excluded)
        self.rows = [-1] * len(excluded)

    def block_size(self, memory: int) -> int:
        """Return how many words to compare at once: each takes a vector and W cosines in `memory` bytes."""
        return max(1, min(BLOCK, memory // (4 * sum(self._terms.shape))))

    def compare(self, start: int, vectors: FloatArray) -> None:
        """Compare the words from row `start` on with the best answers so far, and keep the better ones.

        Words with a zero vector are no answer.
        """
        cosines = self._terms @ unit_rows(vectors, reciprocal=True).T + np.float32(self._formula.shift)
        scores = np.empty(len(vectors), np.float32)
        blank = np.flatnonzero(~vectors.any(axis=1))
        shared = None
        for number, (a, b, c) in enumerate(self._asked):
            if shared != (a, b):
                shared, step = (a, b), self._formula.step(cosines[a], cosines[b])
            self._formula.finish(step, cosines[c], scores)
            outside = [row - start for row in self._excluded[number] if 0 <= row - start < len(scores)]
            scores[outside] = -np.inf
            scores[blank] = -np.inf
            row = int(scores.argmax())
            if scores[row] > self._best[number]:
                self._best[number], self.rows[number] = scores[row], start + row
