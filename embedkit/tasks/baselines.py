"""Baselines next to a trained model, fitted again to the texts that the model was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.data.splits import read_splits
from embedkit.errors import DataError, Fault, RunError
from embedkit.evaluation.comparison.baselines import Fitted, fit_baselines
from embedkit.recipe.sections.data import Share
from embedkit.runs.inputs import refuse_changed

if TYPE_CHECKING:
    from embedkit.data.examples import Examples
    from embedkit.inference.loading import AnyTrained
    from embedkit.recipe.build import Part
    from embedkit.recipe.components import Components
    from embedkit.runs.run import Run


def refit_baselines(run: Run, trained: AnyTrained, components: Components[Any]) -> Fitted:
    """Fit the baselines of `components` to the training texts of `run` again, and return them by name.

    If the training texts are missing or have changed, no baseline is fitted, and each name has the reason
    instead; likewise for the files of the model's own baselines.
    """
    parts = components.parts("evaluation.baselines")
    if not parts:
        return {}
    own = parts if components is trained.components else []
    try:
        refuse_changed(run, _files(trained.components, own))
        examples = _training_split(run, trained)
    except (DataError, RunError) as error:
        return dict.fromkeys((part.spec.use for part in parts), "; ".join(f.what for f in error.faults))
    return fit_baselines(components.baselines, examples, trained.classifier.labelling)


def _files(components: Components[Any], parts: Sequence[Part]) -> list[tuple[str, Path]]:
    """Return the files that the training split and `parts` are read from, each with its recipe key.

    Raises DataError if one does not exist.
    """
    files = [file for part in (components.part("data.train"), *parts) for file in part.files()]
    return [*files, *components.own_files()]


def _training_split(run: Run, trained: AnyTrained) -> Examples:
    """Read the training split of `run` again, without opening a file of another split.

    Raises RunError if the number of examples differs from the one that the run recorded.
    """
    recipe = trained.recipe
    others = {"validation": recipe.data.validation, "test": recipe.data.test}
    taken = {name: each if isinstance(each, Share) else None for name, each in others.items()}
    data = recipe.data.model_copy(update=taken)
    examples = read_splits(data, trained.components.reader, recipe.seed)["train"]
    expected = run.results["train"].n
    if len(examples) != expected:
        what = f"there are {len(examples):,} training examples, and the model was trained with {expected:,}"
        raise RunError(Fault(what, where=str(run.path)))
    return examples
