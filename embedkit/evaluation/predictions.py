"""The predictions for a split: probabilities and loss, and one Prediction for each text, made on access."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, overload

from embedkit.evaluation.coverage import coverage, oov_share
from embedkit.model.token_states import (
    OF_PIECES,
    OF_WORDS,
    OUT_OF_VOCABULARY,
    State,
    StateSet,
    TokenStates,
    Word,
)

if TYPE_CHECKING:
    from embedkit.data.labels import Labelling
    from embedkit.evaluation.outputs import Scored
    from embedkit.interfaces import BoolArray
    from embedkit.text.encoding import TokenizedSplit


@dataclass(frozen=True)
class Prediction:
    """The prediction for one text, with the state of each token and whether its vector was looked up.

    `pieces` is the number of pieces of each token, or None unless the model is a text encoder.

    `probability` is the probability of what is predicted, `probabilities` has one for each class, in order.
    Several labels stand in `label` and `predicted` in the order of the classes, joined by the recipe's
    separator, so that the same labels give the same string; no label is "", and `label` is None where it is
    not known. `cut` is the number of tokens beyond `max_length`.
    """

    split: str
    id: int
    text: str
    label: str | None
    predicted: str
    probabilities: tuple[float, ...]
    probability: float
    tokens: tuple[str, ...]
    states: tuple[State, ...]
    looked_up: tuple[bool, ...]
    cut: int
    pieces: tuple[int, ...] | None = None

    @property
    def state_set(self) -> StateSet:
        """Return the states that tokens can have with the model."""
        return OF_WORDS if self.pieces is None else OF_PIECES

    @property
    def amounts(self) -> tuple[int, ...]:
        """Return the amount of each token: whether it was looked up, or the number of its pieces."""
        return self.looked_up if self.pieces is None else self.pieces

    @property
    def words(self) -> list[Word]:
        """Return the tokens as the model reads them."""
        return [*map(Word, self.tokens, self.states, self.amounts)]

    @property
    def wrong(self) -> bool:
        """Return whether the label is known and differs from the predicted one."""
        return self.label is not None and self.label != self.predicted

    @property
    def oov_share(self) -> float | None:
        """Return the share of the tokens that are out of vocabulary, or None for a text without tokens."""
        return oov_share(self.states)

    @property
    def oov_tokens(self) -> list[str]:
        """Return the tokens that are unseen, dropped or without a vector, in the order of the text."""
        return [t for t, state in zip(self.tokens, self.states, strict=True) if state in OUT_OF_VOCABULARY]


def header(classes: Sequence[str], state_set: StateSet = OF_WORDS) -> list[str]:
    """Return the column names of predictions of tokens in `state_set`, for rows as `row` returns them."""
    probabilities = [f"p_{label}" for label in classes]
    counts = ["tokens", *state_set.columns, "cut", "oov_share", "oov_tokens", "token_list"]
    return ["split", "id", "label", "predicted", "probability", *probabilities, "text", *counts]


def row(p: Prediction) -> list[object]:
    """Return the row of a text, with the columns that `header` names."""
    return [
        *(p.split, p.id, "" if p.label is None else p.label, p.predicted, p.probability),
        *(*p.probabilities, p.text),
        *(len(p.tokens), *(p.states.count(state) for state in p.state_set.states), sum(p.amounts), p.cut),
        *(p.oov_share, p.oov_tokens, p.tokens),
    ]


TRAINING = "train"
"""The split that a model is trained on."""

BLOCK = 1024
"""Texts whose predictions are made at once."""


class KnownWords(Protocol):
    """The words that a model knows, such as those of its embedder."""

    def token_states(self, split: TokenizedSplit, /) -> TokenStates:
        """Return the state of every token of a split."""


class Predictions(Sequence[Prediction]):
    """A model's predictions for a split, in the order of the split; each Prediction is made on access.

    `scored` has the probabilities and the loss; `targets` and `predicted`, int64 [n] or bool [n, C], are the
    true and the predicted labels. `known` are the words that the model knows: they tell the states of tokens.
    Where `scored` is averaged with a baseline, `network` has what the network alone gives.
    """

    def __init__(
        self,
        split: TokenizedSplit,
        known: KnownWords,
        scored: Scored,
        labelling: Labelling,
        threshold: float,
        network: Scored | None = None,
    ) -> None:
        self.split = split
        self.network = network
        self.scored = scored
        self.threshold = threshold
        self.predicted = scored.predicted(threshold)
        self.targets = labelling.targets(split.examples.labels)
        self.labelling = labelling
        self.token_states = known.token_states(split)

    def __len__(self) -> int:
        return len(self.split.examples)

    @overload
    def __getitem__(self, text: int) -> Prediction: ...

    @overload
    def __getitem__(self, text: slice) -> list[Prediction]: ...

    def __getitem__(self, text: int | slice) -> Prediction | list[Prediction]:
        if isinstance(text, slice):
            return [*self._of(range(*text.indices(len(self))))]
        return next(self._of(range(len(self))[text:][:1]))

    def __iter__(self) -> Iterator[Prediction]:
        for first in range(0, len(self), BLOCK):
            yield from self._of(range(first, min(first + BLOCK, len(self))))

    def _of(self, texts: range) -> Iterator[Prediction]:
        """Yield the predictions for the given positions in the split."""
        split, rows = self.split.take(texts), [*texts]
        words, of_pieces = self.token_states.words, self.token_states.state_set == OF_PIECES
        probabilities, predicted = self.scored.probabilities[rows], self.predicted[rows]
        chosen = self.scored.objective.probability(probabilities, predicted)
        written = map(self.labelling.written, (self.targets[rows], predicted))
        for example, numbers, cut, label, best, each, probability in zip(
            split.examples,
            self.token_states.numbers.take(texts),
            split.cut,
            *written,
            probabilities.tolist(),
            chosen.tolist(),
            strict=True,
        ):
            read = [words[number] for number in numbers]
            yield Prediction(
                split=split.name,
                id=example.id,
                text=example.text,
                label=None if example.label is None else label,
                predicted=best,
                probabilities=tuple(each),
                probability=probability,
                tokens=tuple(word.word for word in read),
                states=tuple(word.state for word in read),
                looked_up=tuple(not of_pieces and bool(word.amount) for word in read),
                cut=cut,
                pieces=tuple(word.amount for word in read) if of_pieces else None,
            )

    def labels(self) -> Sequence[str | None]:
        """Return the label of each text as its Prediction has it, None where it is not known."""
        written = self.labelling.written(self.targets)
        return [
            None if label is None else own
            for label, own in zip(self.split.examples.labels, written, strict=True)
        ]

    def wrong(self) -> BoolArray:
        """Return a mask of the texts whose known label was not predicted, bool [n]."""
        import numpy as np

        known = np.array([label is not None for label in self.split.examples.labels], np.bool_)
        missed = self.targets != self.predicted
        return np.asarray((missed if missed.ndim == 1 else missed.any(axis=1)) & known)

    def coverage(self) -> dict[str, dict[str, int]]:
        """Count the tokens and types of the split by state, as the function `coverage` returns them."""
        return coverage(self.token_states.counts(), sum(self.split.cut), self.token_states.state_set)


def held_out(predictions: Mapping[str, Predictions]) -> Mapping[str, Predictions]:
    """Return the predictions of every split that the model was not trained on; all, if there is none."""
    return {name: texts for name, texts in predictions.items() if name != TRAINING} or predictions
