"""Vocabulary coverage: the state of each token, and counts of tokens and types in each state.

A token is `covered` (its word has a vector of its own), `recovered` (another spelling has one), `filled` (an
out-of-vocabulary policy wrote its row), `unseen` (not in the training texts), `dropped` (removed by
`min_count` or `max_size`) or `cut` (beyond `max_length`, never seen by the model). Filled, unseen and dropped
tokens are out of vocabulary; cut tokens are left out of every share. Under `unseen: lookup` an unseen or
dropped word that the source knows is covered, recovered or filled like any other word, and is also counted as
looked up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from embedkit.text.vocabulary import FIRST_WORD_ID, Vocabulary

State = Literal["covered", "recovered", "filled", "unseen", "dropped"]
STATES: tuple[State, ...] = ("covered", "recovered", "filled", "unseen", "dropped")
OUT_OF_VOCABULARY: frozenset[State] = frozenset({"filled", "unseen", "dropped"})
_STATE_OF_ORIGIN: Mapping[str, State] = {"found": "covered", "recovered": "recovered", "filled": "filled"}

Word = tuple[str, State, bool]
"""A word as a model reads it: its state there, and whether it was looked up."""


@dataclass(frozen=True)
class TokenStates:
    """Tells the state of every token, from the vocabulary and the origin of each row of the embedding table.

    The last `looked_up` rows belong to words that are not in the training vocabulary.
    """

    vocabulary: Vocabulary
    origin: Sequence[str]
    looked_up: int = 0

    def of(self, tokens: Sequence[str]) -> list[State]:
        """Return the state of each token that the model reads."""
        rows = self.vocabulary.ids(tokens)
        return [
            _STATE_OF_ORIGIN[self.origin[row]] if row >= FIRST_WORD_ID else self._outside(token)
            for token, row in zip(tokens, rows, strict=True)
        ]

    def apart(self, tokens: Sequence[str]) -> list[bool]:
        """Return whether each token is looked up: it has a vector, but is not in the training vocabulary."""
        trained = len(self.origin) - self.looked_up
        return [row >= trained for row in self.vocabulary.ids(tokens)]

    def _outside(self, token: str) -> State:
        return "dropped" if token in self.vocabulary.dropped else "unseen"


def oov_share(states: Sequence[State]) -> float | None:
    """Return the share of tokens that are out of vocabulary, or None for a text without tokens."""
    return sum(state in OUT_OF_VOCABULARY for state in states) / len(states) if states else None


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
