"""The files of a baseline that a run trained as its model: written here, and read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.inference.persistence import VOCABULARY_COLUMNS, vocabulary_rows
from embedkit.interfaces.contracts import check_chosen
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.inference.baseline import BaselineClassifier
    from embedkit.inference.persistence import ModelFiles


def save_baseline(files: ModelFiles, classifier: BaselineClassifier, name: str) -> None:
    """Write the description of a fitted baseline, called `name`, and the words that training had."""
    labelling = classifier.labelling
    described = {
        "classes": labelling.classes,
        "task": labelling.task,
        "baseline": name,
        "chosen": check_chosen(classifier.fitted),
    }
    files.json(layout.MODEL, described)
    files.csv(layout.VOCABULARY, VOCABULARY_COLUMNS, vocabulary_rows(classifier.rows))
