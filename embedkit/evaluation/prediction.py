"""The prediction for one example, and how much of its text is out of vocabulary: a row of predictions.csv."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedkit.evaluation.coverage import oov_share
from embedkit.model.table_rows import OUT_OF_VOCABULARY, STATES, State


@dataclass(frozen=True)
class Prediction:
    """The prediction for one text, with the state of each token and whether its vector was looked up.

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


def header(classes: Sequence[str]) -> list[str]:
    """Return the column names of the predictions, for rows as `row` returns them."""
    probabilities = [f"p_{label}" for label in classes]
    counts = ["tokens", *STATES, "looked_up", "cut", "oov_share", "oov_tokens", "token_list"]
    return ["split", "id", "label", "predicted", "probability", *probabilities, "text", *counts]


def row(p: Prediction) -> list[object]:
    """Return the row of a text, with the columns that `header` names."""
    return [
        *(p.split, p.id, "" if p.label is None else p.label, p.predicted, p.probability),
        *(*p.probabilities, p.text),
        *(len(p.tokens), *(p.states.count(state) for state in STATES), sum(p.looked_up), p.cut),
        *(p.oov_share, p.oov_tokens, p.tokens),
    ]
