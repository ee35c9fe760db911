"""The recipe that trains a candidate of a ranking again, on all labelled texts."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean
from typing import TYPE_CHECKING, Any

from embedkit.evaluation.direction import is_smaller_better
from embedkit.recipe.baseline import BaselineRecipe
from embedkit.recipe.sections.data import Share
from embedkit.recipe.sections.section import ComponentSpec
from embedkit.recipe.text_encoder import NetworkRecipe

if TYPE_CHECKING:
    from embedkit.interfaces import Metric
    from embedkit.recipe.components import Components
    from embedkit.runs.run import Run


def on_all_texts(components: Components[Any], runs: Sequence[Run]) -> NetworkRecipe | BaselineRecipe:
    """Return the recipe of a candidate that leaves no labelled text out; `runs` are its trainings on folds.

    There are no folds then, and no share for tests. Where a share of the training texts told when to stop, it
    is trained on as well, for the mean of the epochs that were best in `runs`. A test split that is read from
    a source of its own stays what it is.
    """
    recipe: NetworkRecipe | BaselineRecipe = components.recipe
    test, validation = recipe.data.test, recipe.data.validation
    if isinstance(test, ComponentSpec):
        return recipe
    shared = isinstance(validation, Share)
    data = {"folds": None, "test": None, "validation": None if shared else validation}
    whole = recipe.model_copy(update={"data": recipe.data.model_copy(update=data)})
    if not (shared and isinstance(whole, NetworkRecipe) and whole.training.early_stopping is not None):
        return whole
    epochs = max(1, round(fmean(best_epoch(components, run) for run in runs)))
    training = whole.training.model_copy(update={"early_stopping": None, "epochs": epochs})
    return whole.model_copy(update={"training": training})


def best_epoch(components: Components[Any], run: Run) -> int:
    """Return the epoch whose weights early stopping took, from the history of a run."""
    stopping = components.recipe.training.early_stopping
    history = run.history[run.history["split"] == "validation"]
    if stopping is None or history.empty:
        return int(run.history["epoch"].max())
    smaller = stopping.metric == "loss" or smaller_is_better(components, stopping.metric)
    values = history[stopping.metric]
    best = int(values.argmin() if smaller else values.argmax())
    return int(history["epoch"].to_numpy()[best])


def smaller_is_better(components: Components[Any], metric: str) -> bool:
    """Return whether smaller values of a metric of the recipe are better."""
    found = metric_of(components, metric)
    return found is not None and is_smaller_better(found)


def metric_of(components: Components[Any], name: str) -> Metric | None:
    """Return the metric of the recipe with that name, or None if it has none."""
    parts = components.parts("evaluation.metrics")
    return next((components.make(part.where) for part in parts if part.spec.use == name), None)
