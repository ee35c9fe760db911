"""The embedding table: one vector for each row of the vocabulary, and where each came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from embedkit.errors import Fault
from embedkit.interfaces.contracts import check_unknown
from embedkit.model.lookup import Origin, look_up
from embedkit.model.memory import check_table
from embedkit.model.oov import FoundWords, OovChain
from embedkit.model.policy_fit import PolicyFit
from embedkit.model.table_rows import TableRows
from embedkit.model.unseen import Unseen, unseen_of
from embedkit.text.vocabulary import PAD, UNK, UNK_ID, Vocabulary

if TYPE_CHECKING:
    from embedkit.interfaces import BoolArray, EmbeddingContext, FloatArray, VectorSource

LEAST, MOST = 1e-6, 1e6
"""Range of the greatest absolute value in a trained vector."""

SHOWN = 5


@dataclass(frozen=True)
class EmbeddingTable:
    """Word vectors float32 [V, D], with the words of the `rows` and where each vector came from.

    `unseen` has the vectors of words that are looked up besides the vocabulary; `fits` are those of the
    policies that learnt their vectors.
    """

    vectors: FloatArray
    rows: TableRows
    unseen: Unseen
    fits: Sequence[PolicyFit] = ()

    @property
    def dim(self) -> int:
        """Return the dimension D of the vectors."""
        return int(self.vectors.shape[1])

    def trainable_rows(self, which: Literal["all", "none", "missing"]) -> BoolArray:
        """Return which rows training may update, bool [V]; never the padding row.

        `missing` means rows of `<UNK>` and of words that were filled.
        """
        movable = {
            "all": {"unk", "found", "recovered", "filled"},
            "missing": {"unk", "filled"},
            "none": set(),
        }[which]
        return np.array([origin in movable for origin in self.rows.origin])


def build_table(
    vocabulary: Vocabulary,
    source: VectorSource,
    chain: OovChain,
    context: EmbeddingContext,
    extra_words: Sequence[str] = (),
) -> EmbeddingTable:
    """Build the table: look up every word, first in its own spelling, and fill missing words by the chain.

    The source is asked once, for all words and all their spellings together, including `extra_words`, which
    are not in the vocabulary. Row 0 is zero; row 1 is the source's own vector for unknown words, or the
    chain's vector for `<UNK>`. Raises RecipeError if the table does not fit into memory, and ComponentError
    if the source or a policy violates its contract; warns of a policy that needs a SubwordSource if the
    source is none.
    """
    check_table(len(vocabulary) + len(extra_words), source.dim)
    chain.warn_of_idle(source)
    names, unk = [PAD, UNK, *vocabulary.words], source.unk
    hits, others = look_up([*vocabulary.words, *extra_words], source, chain).split(len(vocabulary.words))
    origin: list[Origin] = ["pad", "unk", *hits.origin()]
    via = ["", "", *hits.via()]
    vectors = np.zeros((len(names), source.dim), dtype=np.float32)
    vectors[_rows(origin, "found", "recovered")] = hits.vectors
    if unk is not None:
        vectors[UNK_ID] = check_unknown(source, unk, source.dim)
    missing = _rows(origin, "filled") if unk is not None else _rows(origin, "unk", "filled")
    found = FoundWords(hits.found(), hits.vectors, context)
    answers = chain.fill([names[row] for row in missing], source, found, context.seed)
    vectors[missing] = answers.vectors
    for row, policy, spelling in zip(missing, answers.policies, answers.spellings, strict=True):
        via[row] = policy
        if spelling and row != UNK_ID:
            origin[row], via[row] = "recovered", spelling
    unseen = unseen_of(others, source, chain, found, context.seed)
    return EmbeddingTable(vectors, TableRows(vocabulary, origin, via), unseen, answers.fits)


def _rows(origin: Sequence[Origin], *wanted: Origin) -> list[int]:
    return [row for row, each in enumerate(origin) if each in wanted]


def check_values(table: EmbeddingTable) -> list[Fault]:
    """Check the vectors that a source gave for a table; return a fault if their values are implausible.

    That is, if any vector has an absolute value over 1e6, or no vector one of 1e-6 or more. Only found and
    recovered rows are checked; if all of them are zero, there is no fault.
    """
    vectors, words = table.vectors, table.rows.words
    rows = [row for row, each in enumerate(table.rows.origin) if each in ("found", "recovered")]
    greatest = np.maximum(vectors.max(axis=1, initial=0), -vectors.min(axis=1, initial=0))[rows]
    if not greatest.any():
        return []
    hint = "`embedkit vectors check FILE` reads all of a file: is it damaged, of another type or byte order?"
    if greatest.max() < LEAST:
        what = f"no vector has a value over {LEAST:.0e}: no training gives such"
        return [Fault(what, where="embedding", hint=hint)]
    long = np.flatnonzero(greatest > MOST).tolist()
    if not long:
        return []
    few = ", ".join(f"{words[rows[i]]!r} {greatest[i]:.1e}" for i in long[:SHOWN])
    what = f"{len(long):,} vectors have values over {MOST:,.0f}, which no training gives: {few}"
    return [Fault(what, where="embedding", hint=hint)]
