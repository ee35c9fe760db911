"""Refuse a model that differs from the trained one after loading: its run records the fault itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.errors import ComponentError, Fault
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.runs.run import Run

UNLOADABLE = "unloadable"
"""The key of model.json that says why the model must not be loaded."""

HINT = "What was trained is kept: the figures and predictions there are those of the model in memory."


def refuse_unloadable(run: Run) -> None:
    """Raise ComponentError if `run`, or an inner run, recorded that its model cannot be loaded as trained."""
    for each in run.folds or [run]:
        described = each.read_json(layout.MODEL) if each.has(layout.MODEL) else {}
        if UNLOADABLE in described:
            raise ComponentError(Fault(described[UNLOADABLE], where=str(each.path), hint=HINT))
