"""One row for each example: what was predicted, and how much of the text was out of vocabulary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedkit.evaluation.coverage import OUT_OF_VOCABULARY, STATES, State, oov_share


@dataclass(frozen=True)
class Prediction:
    """What the model said of one text, and what it knew of its tokens: `states`, and which were looked up.

    `probability` is that of the predicted label, `probabilities` those of all classes in order. Several
    labels stand in `label` and `predicted` in the order of the classes, joined by the recipe's separator, so
    that the same labels are the same text; none is "", and `label` is None where it is not known.
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
        """Whether a known label was missed."""
        return self.label is not None and self.label != self.predicted

    @property
    def oov_share(self) -> float | None:
        """The share of the tokens that are out of vocabulary."""
        return oov_share(self.states)

    @property
    def oov_tokens(self) -> list[str]:
        """The tokens that were unseen, dropped or without a vector, in order."""
        return [t for t, state in zip(self.tokens, self.states, strict=True) if state in OUT_OF_VOCABULARY]


def header(classes: Sequence[str]) -> list[str]:
    """The columns of the predictions."""
    probabilities = [f"p_{label}" for label in classes]
    counts = ["tokens", *STATES, "looked_up", "cut", "oov_share", "oov_tokens", "token_list"]
    return ["split", "id", "label", "predicted", "probability", *probabilities, "text", *counts]


def row(p: Prediction) -> list[object]:
    """The row of a text in the predictions."""
    return [
        *(p.split, p.id, "" if p.label is None else p.label, p.predicted, p.probability),
        *(*p.probabilities, p.text),
        *(len(p.tokens), *(p.states.count(state) for state in STATES), sum(p.looked_up), p.cut),
        *(p.oov_share, p.oov_tokens, p.tokens),
    ]
