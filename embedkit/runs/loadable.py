"""Whether the model in a run directory is the one that was trained: a run says itself where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.errors import ComponentError, Fault

if TYPE_CHECKING:
    from embedkit.runs.run import Run

MODEL = "model.json"
UNLOADABLE = "unloadable"
"""The key of model.json that says why the model must not be loaded."""

HINT = "What was trained is kept: the figures and predictions there are those of the model in memory."


def refuse_unloadable(run: Run) -> None:
    """Raise ComponentError where `run`, or one inside it, says that what it wrote is not what it trained."""
    for each in run.folds or [run]:
        described = each.read_json(MODEL) if each.has(MODEL) else {}
        if UNLOADABLE in described:
            raise ComponentError(Fault(described[UNLOADABLE], where=str(each.path), hint=HINT))
