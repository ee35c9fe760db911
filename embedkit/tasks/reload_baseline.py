"""Load the baseline that a run has written, and compare it with the fitted one, which is still in memory."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from embedkit.errors import EmbedkitError
from embedkit.inference.baseline_state import restore
from embedkit.runs import layout
from embedkit.runs.reload_faults import UNLOADABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from embedkit.inference.baseline import BaselineClassifier
    from embedkit.recipe.baseline import BaselineRecipe
    from embedkit.recipe.components import Components
    from embedkit.runs.writer import RunWriter
    from embedkit.text.encoding import TokenizedSplit

TEXTS = 16
"""Texts for which both are asked."""


def note_unloadable_baseline(
    components: Components[BaselineRecipe],
    writer: RunWriter,
    classifier: BaselineClassifier,
    train: TokenizedSplit,
) -> None:
    """Restore the baseline from what `writer` wrote, compare probabilities, and note a fault in model.json.

    A difference is not raised here, so that nothing of the run is lost: `refuse_unloadable` raises it when
    the run is complete. A baseline without a state is not asked.
    """
    if not (writer.directory / layout.BASELINE).is_file():
        return
    try:
        fault = _difference(components, writer, classifier, [*train.examples.texts[:TEXTS]])
    except Exception as error:
        what = "; ".join(f.what for f in error.faults) if isinstance(error, EmbedkitError) else repr(error)
        fault = f"the baseline cannot be loaded from what was written: {what}"
    if fault:
        described = json.loads((writer.directory / layout.MODEL).read_text(encoding="utf-8"))
        writer.json(layout.MODEL, {**described, UNLOADABLE: fault})


def _difference(
    components: Components[BaselineRecipe],
    writer: RunWriter,
    classifier: BaselineClassifier,
    texts: Sequence[str],
) -> str | None:
    """Return how the probabilities of the restored baseline differ from those of `classifier`, or None."""
    part, directory = components.part("baseline"), writer.directory
    stored = json.loads((directory / layout.BASELINE).read_bytes())
    loaded = restore(part.make(), stored, directory / layout.BASELINE_ARRAYS, classifier.labelling)
    fitted, restored = (each.probabilities(texts) for each in (classifier.fitted, loaded))
    if fitted.shape == restored.shape and (fitted == restored).all():
        return None
    what = f"{part} gives other probabilities once it is loaded, for {len(texts)} texts of training."
    return f"{what} It has learnt something that is not in its state."
