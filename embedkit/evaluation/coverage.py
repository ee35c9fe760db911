"""Vocabulary coverage: counts of tokens and types in each state, as `model.token_states` defines them.

Cut tokens are left out of every share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from embedkit.model.token_states import OF_WORDS, OUT_OF_VOCABULARY, State, StateSet, Word


def oov_share(states: Sequence[State]) -> float | None:
    """Return the share of tokens that are out of vocabulary, or None for a text without tokens."""
    return sum(map(states.count, OUT_OF_VOCABULARY)) / len(states) if states else None


def coverage(
    counts: Mapping[Word, int], cut: int, state_set: StateSet = OF_WORDS
) -> dict[str, dict[str, int]]:
    """Count the tokens and types (distinct words) of a split by state, their amounts, and the cut tokens.

    `counts` is how often each word is read in a state of `state_set`; `cut` is the number of cut tokens.
    """
    names: tuple[str, ...] = (*state_set.states, state_set.amount)
    tokens, types = (dict.fromkeys(names, 0) for _ in range(2))
    for word, count in counts.items():
        tokens[word.state] += count
        types[word.state] += 1
        tokens[state_set.amount] += count * word.amount
        types[state_set.amount] += word.amount
    return {"tokens": {**tokens, "cut": cut}, "types": types}
