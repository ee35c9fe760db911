"""The out-of-vocabulary chain: which other spellings are tried, who answers for words without a vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedkit.contracts import check_filled
from embedkit.errors import ComponentError, Fault
from embedkit.interfaces import FillContext, OovPolicy, VectorSource

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray


@dataclass(frozen=True)
class OovChain:
    """Policies by name, in order: the first that answers for a word wins, the last answers for every word."""

    policies: Sequence[tuple[str, OovPolicy]]

    def spellings(self, word: str) -> list[str]:
        """The word itself, then what each policy proposes, without repeats. Proposals do not compose."""
        proposed = (spelling for _, policy in self.policies for spelling in policy.candidates(word))
        return [*dict.fromkeys([word, *proposed])]

    def fill(
        self, words: Sequence[str], source: VectorSource, found: FloatArray, seed: int
    ) -> tuple[FloatArray, list[str]]:
        """Rows float32 [n, D] for `words`, and the name of the policy that gave each.

        `found` float32 [m, D] are the vectors of the words that the source knows. Raises ComponentError when
        the chain leaves a word without an answer.
        """
        vectors = np.zeros((len(words), source.dim), dtype=np.float32)
        names = [""] * len(words)
        context = FillContext(source, found, np.random.default_rng(seed))
        left = np.arange(len(words))
        for name, policy in self.policies:
            if not len(left):
                break
            answer = check_filled(
                policy, policy.fill([words[int(i)] for i in left], context), len(left), source.dim
            )
            vectors[left[answer.filled]] = answer.vectors[answer.filled]
            for i in left[answer.filled]:
                names[i] = name
            left = left[~answer.filled]
        if len(left):
            last = self.policies[-1][0]
            what = (
                f"'{last}' ends the chain but left {len(left)} words without a row, '{words[left[0]]}' first"
            )
            raise ComponentError(Fault(what, where="oov"))
        return vectors, names
