"""What a run predicts: the confusion matrix, and its texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.report.html.blocks import Block, Confusion, Note, Paragraph, Section
from embedkit.report.html.texts import browser_of, classes_of
from embedkit.report.terminal.error_analysis import lines_of_nearest_texts
from embedkit.runs import layout

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.evaluation.error_analysis.nearest_texts import NearestTexts
    from embedkit.model.token_states import StateSet

MOST_CLASSES = 40
"""Classes of the largest confusion matrix."""


def confusion_section(predictions: pd.DataFrame, split: str) -> Section | None:
    """Return the confusion matrix of a split; None if it has no labels."""
    own = predictions[(predictions["split"] == split) & predictions["label"].notna()]
    if own.empty:
        return None
    classes = classes_of(predictions)
    counted = own.groupby(["label", "predicted"]).size()
    found = {*own["label"].unique(), *own["predicted"].unique()}
    present = [name for name in classes if name in found]
    if len(present) > MOST_CLASSES:
        blocks: list[Block] = [Note(f"The matrix of {len(present):,} classes is in {layout.METRICS}.")]
    else:
        counts = [[int(counted.get((label, each), 0)) for each in present] for label in present]
        places = [classes.index(name) for name in present]
        blocks = [Confusion(present, places, counts), Note("A cell opens its texts.")]
    return Section("confusion", "Predictions", blocks)


def texts_section(
    predictions: pd.DataFrame, state_set: StateSet, nearest: NearestTexts | str | None = None
) -> Section:
    """Return the browser of all texts; wrong ones with the training texts nearest to them.

    `nearest` may be the reason why these cannot be told.
    """
    if nearest is None:
        return Section("texts", "Texts", [browser_of(predictions, state_set)])
    if isinstance(nearest, str):
        reason = Note(f"There are no nearest training texts: {nearest}.")
        return Section("texts", "Texts", [reason, browser_of(predictions, state_set)])
    said = Note(f"Training texts are near by the cosine of {nearest.vectors}.")
    blocks: list[Block] = [Paragraph(line) for line in lines_of_nearest_texts(nearest)]
    return Section("texts", "Texts", [*blocks, said, browser_of(predictions, state_set, nearest)])
