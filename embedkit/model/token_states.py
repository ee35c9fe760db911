"""The state of every token that a model reads, and which states are out of vocabulary.

For a model of word vectors, a token is `covered` (its word has a vector of its own), `recovered` (another
spelling has one), `filled` (an out-of-vocabulary policy wrote its row), `unseen` (not in the training texts)
or `dropped` (removed by `min_count` or `max_size`). The last three are out of vocabulary. Under
`unseen: lookup`, an unseen or dropped word that the source knows is covered, recovered or filled like any
other word, and is also counted as looked up.

A text encoder splits words into pieces. For it, a token is `whole` (one piece), `split` (several pieces) or
`unknown` (a piece stands for characters that the model does not know). The last two count as out of
vocabulary, though a split word still has a vector, which the model makes of its pieces.

Tokens beyond the length that a model reads are `cut`: they have no state.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Literal, NamedTuple

from embedkit.files.rows import Rows

if TYPE_CHECKING:
    from embedkit.files.storage import Storage
    from embedkit.interfaces import BoolArray, IntArray
    from embedkit.text.tokens import Tokens

State = Literal["covered", "recovered", "filled", "unseen", "dropped", "whole", "split", "unknown"]


@dataclass(frozen=True)
class StateSet:
    """The states of tokens that models of one kind read, in the order in which they are shown.

    `missing` are the states that count as out of vocabulary; on screens, words in them are `described`, or
    called `described_words`. A model has no vector for tokens in the states `without_vector`. `columns` are
    the names of the counts in predictions.csv: of the states, and of the `amount`, the sum of a number that
    every token has.
    """

    states: tuple[State, ...]
    missing: frozenset[State]
    without_vector: frozenset[State]
    described: str
    described_words: str
    columns: tuple[str, ...]
    amount: Literal["looked_up", "pieces"]


STATES: tuple[State, ...] = ("covered", "recovered", "filled", "unseen", "dropped")

OF_WORDS = StateSet(
    states=STATES,
    missing=frozenset({"filled", "unseen", "dropped"}),
    without_vector=frozenset({"filled", "unseen", "dropped"}),
    described="out of vocabulary",
    described_words="missing words",
    columns=(*STATES, "looked_up"),
    amount="looked_up",
)
"""The states of models of word vectors, and of baselines; the amount is 1 for a token that was looked up."""

OF_PIECES = StateSet(
    states=("whole", "split", "unknown"),
    missing=frozenset({"split", "unknown"}),
    without_vector=frozenset({"unknown"}),
    described="split or unknown",
    described_words="split or unknown words",
    columns=("whole_words", "split_words", "unknown_words", "pieces"),
    amount="pieces",
)
"""The states of text encoders; the amount is the number of pieces of a token."""

OUT_OF_VOCABULARY: frozenset[State] = OF_WORDS.missing | OF_PIECES.missing


class Word(NamedTuple):
    """A word as a model reads it: its state, and its amount, of which StateSet says what it counts."""

    word: str
    state: State
    amount: int


class TokenStates:
    """The tokens of n texts as a model reads them: rows of int32 `numbers`, which index `words` from 0.

    A word that is read in several ways stands in `words` once for each of them.
    """

    def __init__(self, state_set: StateSet, words: Sequence[Word], numbers: Rows) -> None:
        self.state_set = state_set
        self.words = words
        self.numbers = numbers

    @classmethod
    def of_words(cls, tokens: Tokens, states: Sequence[State], looked_up: Sequence[bool]) -> TokenStates:
        """Return the states of tokens by word: `states` and `looked_up` are those of `tokens.words`."""
        words = [Word(*each) for each in zip(tokens.words, states, looked_up, strict=True)]
        return cls(OF_WORDS, words, tokens.numbers)

    @classmethod
    def of_pieces(cls, tokens: Tokens, pieces: IntArray, unknown: BoolArray, storage: Storage) -> TokenStates:
        """Return the states of tokens that are read in `pieces`, int [N], one text after another.

        `unknown`, bool [N], is whether a piece of a token stands for characters that the model does not
        know. A token without pieces is unknown too. A word may be read in different ways in different places.
        """
        read: dict[int, int] = {}
        numbers = Rows.stored(_numbered(tokens.numbers, pieces, unknown, read), "i", storage)
        return cls(OF_PIECES, [_word(tokens.words, key) for key in read], numbers)

    def counts(self) -> Counter[Word]:
        """Return how often each word is read."""
        counted: Counter[int] = Counter()
        for block in self.numbers.blocks():
            counted.update(chain.from_iterable(block))
        return Counter({self.words[number]: count for number, count in counted.items()})


_UNKNOWN, _PIECES, _NUMBER = 1, 1, 32
"""The bits of a token's key: whether it is unknown, the number of its pieces, and that of its word."""


def _numbered(
    numbers: Rows, pieces: IntArray, unknown: BoolArray, read: dict[int, int]
) -> Iterator[array[int]]:
    """Yield the tokens of each text by number; the keys of new ones are added to `read`."""
    import numpy as np

    first = 0
    for row in numbers:
        last = first + len(row)
        keys = np.frombuffer(row, np.int32).astype(np.int64) << _NUMBER
        keys |= np.asarray(pieces[first:last], np.int64) << _PIECES
        keys |= unknown[first:last] | (np.asarray(pieces[first:last]) == 0)
        yield array("i", [read.setdefault(key, len(read)) for key in keys.tolist()])
        first = last


def _word(words: Sequence[str], key: int) -> Word:
    pieces = (key & ((1 << _NUMBER) - 1)) >> _PIECES
    state: State = "unknown" if key & _UNKNOWN else "whole" if pieces == 1 else "split"
    return Word(words[key >> _NUMBER], state, pieces)
