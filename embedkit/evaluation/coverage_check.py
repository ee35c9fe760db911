"""The vocabulary coverage of each split, checked before the first epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from embedkit.errors import Fault

if TYPE_CHECKING:
    from embedkit.evaluation.predictions import KnownWords
    from embedkit.text.encoding import TokenizedSplit

LEAST = 0.5
"""The share of a split's tokens that are expected to have a vector."""

FIRST = 1_000
"""Texts of a split that show whether a text encoder knows their words."""


def covered_shares(rows: KnownWords, splits: Mapping[str, TokenizedSplit]) -> dict[str, float]:
    """Return, by split, the share of the tokens read by the model that have a vector.

    A token counts if its word, or another spelling of it, has a vector; with a text encoder, if it knows all
    pieces of it. Splits without tokens are left out.
    """
    shares = {}
    for name, split in splits.items():
        states = rows.token_states(split)
        counts, lacking = states.counts(), states.state_set.without_vector
        if counts:
            covered = sum(count for word, count in counts.items() if word.state not in lacking)
            shares[name] = covered / counts.total()
    return shares


def check_coverage(shares: Mapping[str, float]) -> list[Fault]:
    """Return a fault for each split of which less than half of the tokens have a vector."""
    hint = "Are these vectors of the texts' language, and are their words spelt like the tokens?"
    return [
        Fault(f"only {share:.1%} of the tokens have a vector", where=f"data.{name}", hint=hint)
        for name, share in shares.items()
        if share < LEAST
    ]


def check_known(known: KnownWords, splits: Mapping[str, TokenizedSplit]) -> list[Fault]:
    """Return a fault for each split of which a text encoder knows less than half of the words.

    Only the first texts of each split are read.
    """
    first = {name: split.take(range(min(FIRST, len(split.examples)))) for name, split in splits.items()}
    hint = "Was the text encoder trained on texts of this language?"
    return [
        Fault(f"the text encoder knows only {share:.1%} of the words", where=f"data.{name}", hint=hint)
        for name, share in covered_shares(known, first).items()
        if share < LEAST
    ]
