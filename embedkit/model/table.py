"""The embedding table: one vector for each row of the vocabulary, and where each came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from embedkit.contracts import check_lookup
from embedkit.model.oov import OovChain
from embedkit.text.vocabulary import UNK, Vocabulary

if TYPE_CHECKING:
    from embedkit.interfaces import BoolArray, FloatArray, VectorSource

Origin = Literal["pad", "unk", "found", "recovered", "filled"]


@dataclass(frozen=True)
class EmbeddingTable:
    """`vectors` float32 [V, D]; for each row its `origin`, and `via`, the spelling or policy it came by."""

    vectors: FloatArray
    origin: Sequence[Origin]
    via: Sequence[str]

    @property
    def dim(self) -> int:
        """D."""
        return int(self.vectors.shape[1])

    def rows_by_origin(self) -> dict[str, int]:
        """How many rows came from where."""
        return dict(Counter(self.origin))

    def trainable_rows(self, which: Literal["all", "none", "missing"]) -> BoolArray:
        """Which rows training may move, bool [V]: never the padding row; `missing` means found nowhere."""
        movable = {
            "all": {"unk", "found", "recovered", "filled"},
            "missing": {"unk", "filled"},
            "none": set(),
        }[which]
        return np.array([origin in movable for origin in self.origin])


def build_table(vocabulary: Vocabulary, source: VectorSource, chain: OovChain, seed: int) -> EmbeddingTable:
    """Look every word up, in its own spelling first, and have the chain answer for the missing ones.

    The source is asked once, for all words and all their spellings together. Row 0 is zero; row 1 is the
    source's own vector for unknown words, or what the chain gives for `<UNK>`.
    """
    words = vocabulary.words
    spellings = [chain.spellings(word) for word in words]
    asked = {spelling: i for i, spelling in enumerate(dict.fromkeys(s for each in spellings for s in each))}
    lookup = check_lookup(source, source.lookup([*asked]), len(asked), source.dim)
    hits = [next((s for s in each if lookup.found[asked[s]]), None) for each in spellings]

    vectors = np.zeros((len(vocabulary), source.dim), dtype=np.float32)
    origin: list[Origin] = [
        "pad",
        "unk",
        *(_origin(word, hit) for word, hit in zip(words, hits, strict=True)),
    ]
    via = ["", "", *(hit if hit and hit != word else "" for word, hit in zip(words, hits, strict=True))]
    rows = [row for row, each in enumerate(origin) if each in ("found", "recovered")]
    vectors[rows] = lookup.vectors[[asked[hit] for hit in hits if hit is not None]]

    unk_known = source.unk is not None
    if source.unk is not None:
        vectors[1] = source.unk
    missing = [
        row for row, each in enumerate(origin) if each == "filled" or (each == "unk" and not unk_known)
    ]
    names = [UNK, *words]
    filled, policies = chain.fill([names[row - 1] for row in missing], source, vectors[rows], seed)
    vectors[missing] = filled
    for row, policy in zip(missing, policies, strict=True):
        via[row] = policy
    return EmbeddingTable(vectors, origin, via)


def _origin(word: str, hit: str | None) -> Origin:
    if hit is None:
        return "filled"
    return "found" if hit == word else "recovered"
