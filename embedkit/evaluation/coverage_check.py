"""The vocabulary coverage of each split, checked before the first epoch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from embedkit.errors import Fault
from embedkit.model.token_states import OF_WORDS

if TYPE_CHECKING:
    from embedkit.model.table_rows import TableRows
    from embedkit.text.encoding import TokenizedSplit

LEAST = 0.5
"""The share of a split's tokens that are expected to have a vector."""


def covered_shares(rows: TableRows, splits: Mapping[str, TokenizedSplit]) -> dict[str, float]:
    """Return, by split, the share of the tokens read by the model that have a vector.

    A token counts if its word, or another spelling of it, has a vector. Splits without tokens are left out.
    """
    shares = {}
    for name, split in splits.items():
        counts = split.tokens.counts
        pairs = zip(counts.values(), rows.states([*counts]), strict=True)
        covered = sum(count for count, state in pairs if state not in OF_WORDS.without_vector)
        if counts:
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
