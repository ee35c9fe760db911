"""The rows of an embedding table: their words, where each vector came from, and the state of any token."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.model.token_states import State, TokenStates
from embedkit.text.vocabulary import FIRST_WORD_ID, Vocabulary

if TYPE_CHECKING:
    from embedkit.model.unseen import Unseen
    from embedkit.text.encoding import TokenizedSplit

_STATE_OF_ORIGIN: Mapping[str, State] = {"found": "covered", "recovered": "recovered", "filled": "filled"}


@dataclass(frozen=True)
class TableRows:
    """The words of a table's rows, with the `origin` of each row's vector and `via`, its spelling or policy.

    The last `looked_up` rows belong to words that are not in the training vocabulary; `missing` are words
    that were looked up and not found.
    """

    vocabulary: Vocabulary
    origin: Sequence[str]
    via: Sequence[str]
    looked_up: int = 0
    missing: frozenset[str] = frozenset()

    @classmethod
    def of_known(cls, vocabulary: Vocabulary) -> TableRows:
        """Return the rows of words that a model without a table knows, each as it is spelt."""
        count = len(vocabulary.words)
        return cls(vocabulary, ("pad", "unk", *["found"] * count), ("",) * (count + 2))

    @property
    def words(self) -> list[str]:
        """Return the word of each row, `<PAD>` and `<UNK>` first."""
        return [*self.vocabulary.to_dict()]

    @property
    def trained(self) -> int:
        """Return the number of rows of the training vocabulary, which come first."""
        return len(self.origin) - self.looked_up

    def by_origin(self) -> dict[str, int]:
        """Count the rows of the training vocabulary by origin."""
        return dict(Counter(self.origin[: self.trained]))

    def states(self, tokens: Sequence[str]) -> list[State]:
        """Return the state of each token that the model reads."""
        rows = self.vocabulary.ids(tokens)
        return [
            _STATE_OF_ORIGIN[self.origin[row]] if row >= FIRST_WORD_ID else self._outside(token)
            for token, row in zip(tokens, rows, strict=True)
        ]

    def token_states(self, split: TokenizedSplit) -> TokenStates:
        """Return the state of every token of a split."""
        words = split.tokens.words
        return TokenStates.of_words(split.tokens, self.states(words), self.are_looked_up(words))

    def are_looked_up(self, tokens: Sequence[str]) -> list[bool]:
        """Return whether each token is looked up: it has a vector, but is not in the training vocabulary."""
        return [row >= self.trained for row in self.vocabulary.ids(tokens)]

    def unknown(self, texts: Iterable[Sequence[str]]) -> list[str]:
        """Return the words of `texts` that have no row and were not looked up, in order of appearance."""
        return [word for word in self.vocabulary.without_row(texts) if word not in self.missing]

    def extended(self, unseen: Unseen) -> TableRows:
        """Return the rows with those of `unseen` after them."""
        return TableRows(
            self.vocabulary.extended(unseen.words),
            (*self.origin, *unseen.origin),
            (*self.via, *unseen.via),
            self.looked_up + len(unseen.words),
            self.missing.union(unseen.missing),
        )

    def _outside(self, token: str) -> State:
        return "dropped" if token in self.vocabulary.dropped else "unseen"


NO_WORDS = TableRows(Vocabulary((), ()), ("pad", "unk"), ("", ""))
"""The rows of a table whose words are not known: its inputs are ids."""
