"""The embedding table: one vector for each row of the vocabulary, and where each came from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from embedkit.contracts import check_lookup, check_unknown
from embedkit.model.oov import OovChain
from embedkit.text.vocabulary import PAD, UNK, UNK_ID, Vocabulary

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
    source's own vector for unknown words, or what the chain gives for `<UNK>`. Raises ComponentError where
    the source or a policy breaks its promises.
    """
    names, unk = [PAD, UNK, *vocabulary.words], source.unk
    hits, found = _look_up(vocabulary.words, source, chain)
    origin: list[Origin] = ["pad", "unk", *map(_origin, vocabulary.words, hits)]
    via = ["", "", *map(_via, vocabulary.words, hits)]
    vectors = np.zeros((len(names), source.dim), dtype=np.float32)
    vectors[_rows(origin, "found", "recovered")] = found
    if unk is not None:
        vectors[UNK_ID] = check_unknown(source, unk, source.dim)
    missing = _rows(origin, "filled") if unk is not None else _rows(origin, "unk", "filled")
    vectors[missing], policies = chain.fill([names[row] for row in missing], source, found, seed)
    for row, policy in zip(missing, policies, strict=True):
        via[row] = policy
    return EmbeddingTable(vectors, origin, via)


def _look_up(
    words: Sequence[str], source: VectorSource, chain: OovChain
) -> tuple[list[str | None], FloatArray]:
    """Each word's first spelling that the source knows, or None; the vectors [m, D] of those found."""
    spellings = [chain.spellings(word) for word in words]
    asked = {spelling: i for i, spelling in enumerate(dict.fromkeys(s for each in spellings for s in each))}
    lookup = check_lookup(source, source.lookup([*asked]), len(asked), source.dim)
    known = {spelling for spelling, found in zip(asked, lookup.found.tolist(), strict=True) if found}
    hits = [next((spelling for spelling in each if spelling in known), None) for each in spellings]
    return hits, lookup.vectors[[asked[hit] for hit in hits if hit is not None]]


def _rows(origin: Sequence[Origin], *wanted: Origin) -> list[int]:
    return [row for row, each in enumerate(origin) if each in wanted]


def _origin(word: str, hit: str | None) -> Origin:
    if hit is None:
        return "filled"
    return "found" if hit == word else "recovered"


def _via(word: str, hit: str | None) -> str:
    return "" if hit is None or hit == word else hit
