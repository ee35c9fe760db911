"""`unseen: lookup`: vectors of words unseen in training, looked up in the source, beside the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedkit.model.lookup import Hits, Origin
from embedkit.model.oov import FoundWords, OovChain

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray, VectorSource


@dataclass(frozen=True)
class Unseen:
    """Vectors for words without a row in the table: `vectors` float32 [n, D] of `words`, none of `missing`.

    `origin` and `via` tell where the vector of each of the n words came from, as in an EmbeddingTable.
    """

    words: Sequence[str]
    origin: Sequence[Origin]
    via: Sequence[str]
    vectors: FloatArray
    missing: Sequence[str]


def unseen_of(hits: Hits, source: VectorSource, chain: OovChain, found: FoundWords, seed: int) -> Unseen:
    """Return the vectors of the words in `hits`; for words without a hit, the chain is asked.

    `found` are the vocabulary's words that the source has.
    """
    origin, via = hits.origin(), hits.via()
    left = [i for i, each in enumerate(origin) if each == "filled"]
    vectors = np.zeros((len(origin), source.dim), dtype=np.float32)
    vectors[[i for i, each in enumerate(origin) if each != "filled"]] = hits.vectors
    answers = chain.know([hits.words[i] for i in left], source, found, seed)
    vectors[left] = answers.vectors
    for i, policy, spelling in zip(left, answers.policies, answers.spellings, strict=True):
        via[i] = policy
        if spelling:
            origin[i], via[i] = "recovered", spelling
    known = [i for i, each in enumerate(origin) if each != "filled" or via[i]]
    missing = [hits.words[i] for i in left if not via[i]]
    return Unseen(
        [hits.words[i] for i in known],
        [origin[i] for i in known],
        [via[i] for i in known],
        vectors[known],
        missing,
    )
