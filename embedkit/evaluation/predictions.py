"""One row for each example: what was predicted, and how much of the text was out of vocabulary."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.evaluation.coverage import OUT_OF_VOCABULARY, STATES, State, TokenStates, oov_share

if TYPE_CHECKING:
    from embedkit.data.labels import Labelling
    from embedkit.evaluation.scoring import Scored
    from embedkit.text.encoding import TokenizedSplit


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


def gather(
    split: TokenizedSplit,
    states: TokenStates,
    scored: Scored,
    labelling: Labelling,
    threshold: float,
) -> list[Prediction]:
    """The predictions of a split, in its order."""
    predicted = scored.predicted(threshold)
    labels = [example.label for example in split.examples]
    true = labelling.written(labelling.targets(labels))
    return [
        Prediction(
            split=split.name,
            id=example.id,
            text=example.text,
            label=None if example.label is None else label,
            predicted=best,
            probabilities=tuple(probabilities),
            probability=probability,
            tokens=tuple(tokens),
            states=tuple(states.of(tokens)),
            looked_up=tuple(states.apart(tokens)),
            cut=cut,
        )
        for example, label, tokens, cut, probabilities, best, probability in zip(
            split.examples,
            true,
            split.tokens,
            split.cut,
            scored.probabilities.tolist(),
            labelling.written(predicted),
            scored.objective.probability(scored.probabilities, predicted).tolist(),
            strict=True,
        )
    ]


def header(classes: Sequence[str]) -> list[str]:
    """The columns of predictions.csv."""
    probabilities = [f"p_{label}" for label in classes]
    counts = ["tokens", *STATES, "looked_up", "cut", "oov_share", "oov_tokens", "token_list"]
    return ["split", "id", "label", "predicted", "probability", *probabilities, "text", *counts]


def rows(predictions: Sequence[Prediction]) -> Iterator[list[object]]:
    """The rows of predictions.csv; lists of tokens are JSON."""
    for p in predictions:
        share = "" if p.oov_share is None else p.oov_share
        yield [
            *(p.split, p.id, "" if p.label is None else p.label, p.predicted, p.probability),
            *(*p.probabilities, p.text),
            *(len(p.tokens), *(p.states.count(state) for state in STATES), sum(p.looked_up), p.cut, share),
            *(json.dumps(p.oov_tokens, ensure_ascii=False), json.dumps(p.tokens, ensure_ascii=False)),
        ]
