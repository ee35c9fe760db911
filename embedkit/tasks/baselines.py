"""Baselines next to a trained model, fitted again to the texts that the model was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.data.splits import read_splits
from embedkit.errors import DataError, Fault, RunError
from embedkit.evaluation.comparison.baselines import Fitted, fit_baselines
from embedkit.recipe.build import build_component, component_files
from embedkit.recipe.paths import expand
from embedkit.recipe.sections.data import Share
from embedkit.runs.inputs import refuse_changed

if TYPE_CHECKING:
    from embedkit.data.examples import Examples
    from embedkit.inference.counterfactual import Trained
    from embedkit.plugin.registry import Registry
    from embedkit.recipe.schema import Recipe
    from embedkit.recipe.sections.section import ComponentSpec
    from embedkit.runs.run import Run


def refit_baselines(
    run: Run, trained: Trained, specs: Sequence[ComponentSpec] | None, registry: Registry
) -> Fitted:
    """Fit baselines to the training texts of `run` again, and return them by name.

    `specs` names the baselines; if it is None, those of the model's recipe are fitted. If the training texts
    or the files of the recipe's baselines are missing or have changed, no baseline is fitted, and each name
    has the reason instead.
    """
    own = trained.recipe.evaluation.baselines if specs is None else ()
    wanted = own if specs is None else specs
    if not wanted:
        return {}
    try:
        refuse_changed(run, _files(trained.recipe, own, registry))
        examples = _training_split(run, trained.recipe, registry)
    except (DataError, RunError) as error:
        return dict.fromkeys((spec.use for spec in wanted), "; ".join(fault.what for fault in error.faults))
    return fit_baselines(partial(build_component, registry), wanted, examples, trained.classifier.labelling)


def _files(recipe: Recipe, baselines: Sequence[ComponentSpec], registry: Registry) -> list[tuple[str, Path]]:
    """Return the files that the training split and `baselines` are read from, each with its recipe key.

    Raises DataError if one does not exist.
    """
    named = [("data.train", "reader", recipe.data.train)]
    named += [(f"evaluation.baselines.{i}", "baseline", spec) for i, spec in enumerate(baselines)]
    files = [file for where, kind, spec in named for file in component_files(registry, where, kind, spec)]
    return files + [(where, expand(text, where)) for where, text in recipe.files()]


def _training_split(run: Run, recipe: Recipe, registry: Registry) -> Examples:
    """Read the training split of `run` again, without opening a file of another split.

    Raises RunError if the number of examples differs from the one that the run recorded.
    """
    others = {"validation": recipe.data.validation, "test": recipe.data.test}
    taken = {name: each if isinstance(each, Share) else None for name, each in others.items()}
    data = recipe.data.model_copy(update=taken)
    examples = read_splits(data, partial(build_component, registry, "reader"), recipe.seed)["train"]
    expected = run.metrics["train"]["n"]
    if len(examples) != expected:
        what = f"there are {len(examples):,} training examples, and the model was trained with {expected:,}"
        raise RunError(Fault(what, where=str(run.path)))
    return examples
