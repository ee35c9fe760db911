"""The training texts that are nearest to the texts that a model gets wrong, by its own vectors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from embedkit.evaluation.error_analysis.confusion import Share
from embedkit.evaluation.intervals import wilson_interval
from embedkit.vectors.cosine import most_similar

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray, IntArray

NEAREST = 3


@dataclass(frozen=True)
class VectorTexts:
    """n texts with their ids [n], labels, and vectors float32 [n, D]; a text without any has zeros."""

    ids: IntArray
    texts: tuple[str, ...]
    labels: tuple[str, ...]
    vectors: FloatArray


@dataclass(frozen=True)
class Predicted:
    """Held-out texts, what a model predicts of them, and the texts that it was trained on."""

    held_out: VectorTexts
    predicted: tuple[str, ...]
    training: VectorTexts


@dataclass(frozen=True)
class NearText:
    """A training text with its label, and the cosine of its vector and that of the text it is near to."""

    id: int
    text: str
    label: str
    cosine: float


@dataclass(frozen=True)
class TextWithNearest:
    """A text that the model gets wrong, and the training texts nearest to it, the nearest first.

    There are none if the text has no vector.
    """

    id: int
    label: str
    predicted: str
    nearest: tuple[NearText, ...]


@dataclass(frozen=True)
class NearestTexts:
    """The training texts nearest to each wrong text; wrong texts are in the order of their ids.

    `vectors` says what the vectors are, and `model` whose. `like_predicted` counts the wrong texts whose
    nearest training text has the class that is predicted, `like_label` those where it has the text's own
    label, and `right_like_label` the same among the right texts; None if no such text has a vector.
    """

    model: str
    vectors: str
    texts: tuple[TextWithNearest, ...]
    like_predicted: Share | None
    like_label: Share | None
    right_like_label: Share | None


def nearest_texts(parts: Iterable[Predicted], model: str, vectors: str, count: int = NEAREST) -> NearestTexts:
    """Find the `count` training texts nearest to each wrong text, of one or several folds.

    Each of `parts` has the held-out texts of a fold, whose nearest are found among its own training texts.
    """
    found = sorted(chain.from_iterable(_nearest(part, count) for part in parts), key=lambda each: each.id)
    wrong = [each for each in found if each.label != each.predicted]
    right = [each for each in found if each.label == each.predicted]
    return NearestTexts(
        model=model,
        vectors=vectors,
        texts=tuple(wrong),
        like_predicted=_share([each.nearest[0].label == each.predicted for each in wrong if each.nearest]),
        like_label=_share([each.nearest[0].label == each.label for each in wrong if each.nearest]),
        right_like_label=_share([each.nearest[0].label == each.label for each in right if each.nearest]),
    )


def _nearest(part: Predicted, count: int) -> Iterable[TextWithNearest]:
    asked, training = part.held_out, part.training
    rows, cosines = most_similar(asked.vectors, training.vectors, count)
    ids = training.ids.tolist()
    for place, (near, values) in enumerate(zip(rows.tolist(), cosines.tolist(), strict=True)):
        pairs = [(row, cosine) for row, cosine in zip(near, values, strict=True) if row >= 0]
        yield TextWithNearest(
            id=int(asked.ids[place]),
            label=asked.labels[place],
            predicted=part.predicted[place],
            nearest=tuple(
                NearText(ids[row], training.texts[row], training.labels[row], cosine) for row, cosine in pairs
            ),
        )


def _share(outcomes: list[bool]) -> Share | None:
    k, n = sum(outcomes), len(outcomes)
    return Share(k, n, k / n, wilson_interval(k, n)) if n else None
