"""Vocabulary coverage: counts of tokens and types in each state, as `model.table_rows` defines them.

Cut tokens are left out of every share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from embedkit.model.table_rows import OUT_OF_VOCABULARY, STATES, State

Word = tuple[str, State, bool]
"""A word as a model reads it: its state there, and whether it was looked up."""


def oov_share(states: Sequence[State]) -> float | None:
    """Return the share of tokens that are out of vocabulary, or None for a text without tokens."""
    return sum(map(states.count, OUT_OF_VOCABULARY)) / len(states) if states else None


def coverage(counts: Mapping[Word, int], cut: int) -> dict[str, dict[str, int]]:
    """Count the tokens and types (distinct words) of a split by state, those looked up, and the cut tokens.

    `counts` is how often each word is read; `cut` is the number of cut tokens.
    """
    tokens, types = (dict.fromkeys((*STATES, "looked_up"), 0) for _ in range(2))
    for (_, state, looked_up), count in counts.items():
        for each in (state, "looked_up") if looked_up else (state,):
            tokens[each] += count
            types[each] += 1
    return {"tokens": {**tokens, "cut": cut}, "types": types}
