"""A baseline whose probabilities are averaged with those of a trained network: soft voting of the two.

Both are fitted to the same training split, and each has the same weight. A bag of words and a network err on
different texts, so their mean is right more often than either (Hansen & Salamon 1990, "Neural Network
Ensembles").
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from embedkit.errors import Fault, RecipeError, RunError
from embedkit.evaluation.outputs import scored_by
from embedkit.inference.baseline_state import restore, save_state
from embedkit.interfaces import StorableFit
from embedkit.interfaces.consistency import probabilities_of
from embedkit.interfaces.contracts import check_state
from embedkit.interfaces.flags import TASKS
from embedkit.runs import layout
from embedkit.runs.inputs import check_files

if TYPE_CHECKING:
    from embedkit.data.labels import Labelling
    from embedkit.evaluation.outputs import Scored
    from embedkit.inference.model_files import ModelFiles
    from embedkit.interfaces import Baseline, FittedBaseline
    from embedkit.recipe.components import Components
    from embedkit.recipe.schema import Recipe
    from embedkit.recipe.text_encoder import TextEncoderRecipe
    from embedkit.runs.run import Run
    from embedkit.text.encoding import TokenizedSplit

N = TypeVar("N", bound="Recipe | TextEncoderRecipe")

KEY = "averaged_with"
"""The key of the recipe."""


def averaged_scores(
    network: Scored, fitted: FittedBaseline, split: TokenizedSplit, labelling: Labelling
) -> Scored:
    """Return the mean of a network's probabilities for a split and those of a fitted baseline.

    Raises ComponentError as `probabilities_of` does.
    """
    texts, several = split.examples.texts, labelling.multilabel
    beside = probabilities_of(fitted, texts, len(labelling.classes), several)
    targets = labelling.targets(split.examples.labels)
    return scored_by((network.probabilities + beside) / 2, targets, network.objective)


def fit_averaged(
    baseline: Baseline, name: str, train: TokenizedSplit, labelling: Labelling
) -> FittedBaseline:
    """Fit the baseline called `name` to the training split.

    Raises RecipeError if it cannot learn the task that the labels make, or has no state that could be stored
    with the network; DataError if it cannot learn from these texts.
    """
    if labelling.task not in TASKS.of(baseline):
        what = f"'{name}' cannot learn a {labelling.task} task, but {' or '.join(TASKS.of(baseline))}"
        raise RecipeError(Fault(what, where=KEY))
    examples = train.examples
    fitted = baseline.fit(examples.texts, labelling.targets(examples.labels), labelling.classes)
    if not isinstance(fitted, StorableFit):
        what = f"'{name}' has no state that can be stored with the network"
        raise RecipeError(Fault(what, where=KEY, hint="Such a baseline has `restore`, and its fit `state`."))
    return fitted


def save_averaged(files: ModelFiles, fitted: FittedBaseline) -> None:
    """Write the state of a baseline that `fit_averaged` returned."""
    assert isinstance(fitted, StorableFit), "fit_averaged refuses others"
    save_state(files, check_state(fitted, fitted.state()), layout.AVERAGED, layout.AVERAGED_ARRAYS)


def load_averaged(run: Run, components: Components[N], labelling: Labelling) -> FittedBaseline | None:
    """Return the baseline that predictions of a run's model are averaged with; None if there is none.

    Raises RunError if its files are damaged or missing, or if the baseline's own files have changed.
    """
    baseline = components.averaged_with
    if baseline is None:
        return None
    part = components.part(KEY)
    check_files(run, part)
    if not run.has(layout.AVERAGED):
        averaged = f"{layout.RECIPE} averages the model with '{part.spec.use}'"
        what = f"damaged: {averaged}, and {layout.AVERAGED} is gone"
        raise RunError(Fault(what, where=str(run.path)))
    return restore(baseline, run.read_json(layout.AVERAGED), run.file(layout.AVERAGED_ARRAYS), labelling)
