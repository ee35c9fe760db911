"""What is known of each token: the states, and coverage counted over them.

A token is `covered` (its word has a vector of its own), `recovered` (another spelling has one), `filled` (an
out-of-vocabulary policy wrote its row), `unseen` (not in the training texts), `dropped` (removed by
`min_count` or `max_size`) or `cut` (beyond `max_length`, never seen by the model). Out of vocabulary are the
filled, unseen and dropped ones; cut tokens are outside every share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from embedkit.text.vocabulary import FIRST_WORD_ID, Vocabulary

State = Literal["covered", "recovered", "filled", "unseen", "dropped"]
STATES: tuple[State, ...] = ("covered", "recovered", "filled", "unseen", "dropped")
OUT_OF_VOCABULARY: frozenset[State] = frozenset({"filled", "unseen", "dropped"})
_STATE_OF_ORIGIN: Mapping[str, State] = {"found": "covered", "recovered": "recovered", "filled": "filled"}


@dataclass(frozen=True)
class TokenStates:
    """Tells the state of every token, from the vocabulary and the origin of the table's rows."""

    vocabulary: Vocabulary
    origin: Sequence[str]

    def of(self, tokens: Sequence[str]) -> list[State]:
        """The state of each token that the model reads."""
        rows = self.vocabulary.ids(tokens)
        return [
            _STATE_OF_ORIGIN[self.origin[row]] if row >= FIRST_WORD_ID else self._outside(token)
            for token, row in zip(tokens, rows, strict=True)
        ]

    def _outside(self, token: str) -> State:
        return "dropped" if token in self.vocabulary.dropped else "unseen"


def oov_share(states: Sequence[State]) -> float | None:
    """The share of tokens that are out of vocabulary; None for a text without tokens."""
    return sum(state in OUT_OF_VOCABULARY for state in states) / len(states) if states else None


def coverage(
    texts: Sequence[Sequence[str]], states: Sequence[Sequence[State]], cut: Sequence[int]
) -> dict[str, dict[str, int]]:
    """Tokens and types (distinct words) of a split in each state, and the tokens that were cut."""
    tokens = Counter(state for each in states for state in each)
    pairs = {pair for text, each in zip(texts, states, strict=True) for pair in zip(text, each, strict=True)}
    types = Counter(state for _, state in pairs)
    return {
        "tokens": {**{state: tokens[state] for state in STATES}, "cut": sum(cut)},
        "types": {state: types[state] for state in STATES},
    }
