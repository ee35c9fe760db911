"""What is known of each token: the states, and coverage counted over them.

A token is `covered` (its word has a vector of its own), `recovered` (another spelling has one), `filled` (an
out-of-vocabulary policy wrote its row), `unseen` (not in the training texts), `dropped` (removed by
`min_count` or `max_size`) or `cut` (beyond `max_length`, never seen by the model). Out of vocabulary are the
filled, unseen and dropped ones; cut tokens are outside every share. Under `unseen: lookup` an unseen or
dropped word that the source knows is covered, recovered or filled as any other, and listed apart as
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
    """Tells the state of every token, from the vocabulary and the origin of the table's rows.

    The last `looked_up` rows are those of words that training did not have.
    """

    vocabulary: Vocabulary
    origin: Sequence[str]
    looked_up: int = 0

    def of(self, tokens: Sequence[str]) -> list[State]:
        """The state of each token that the model reads."""
        rows = self.vocabulary.ids(tokens)
        return [
            _STATE_OF_ORIGIN[self.origin[row]] if row >= FIRST_WORD_ID else self._outside(token)
            for token, row in zip(tokens, rows, strict=True)
        ]

    def apart(self, tokens: Sequence[str]) -> list[bool]:
        """Of each token whether its vector was looked up, as training did not have it."""
        trained = len(self.origin) - self.looked_up
        return [row >= trained for row in self.vocabulary.ids(tokens)]

    def _outside(self, token: str) -> State:
        return "dropped" if token in self.vocabulary.dropped else "unseen"


def oov_share(states: Sequence[State]) -> float | None:
    """The share of tokens that are out of vocabulary; None for a text without tokens."""
    return sum(state in OUT_OF_VOCABULARY for state in states) / len(states) if states else None


def coverage(counts: Mapping[Word, int], cut: int) -> dict[str, dict[str, int]]:
    """Tokens and types (distinct words) of a split in each state, and looked up; the tokens that were cut.

    `counts` says how often each word is read.
    """
    tokens, types = (dict.fromkeys((*STATES, "looked_up"), 0) for _ in range(2))
    for (_, state, looked_up), count in counts.items():
        for each in (state, "looked_up") if looked_up else (state,):
            tokens[each] += count
            types[each] += 1
    return {"tokens": {**tokens, "cut": cut}, "types": types}
