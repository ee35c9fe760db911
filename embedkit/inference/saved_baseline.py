"""The files of a baseline that a run trained as its model: written here, and read again, checked.

A state is plain data and numbers. A run may come from somebody else, so the shapes of its arrays are compared
before memory is allocated, and the baseline checks what it is restored from.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.data.labels import Labelling
from embedkit.errors import Fault, RunError
from embedkit.inference.baseline import BaselineClassifier
from embedkit.inference.baseline_state import restore, save_state
from embedkit.inference.persistence import VOCABULARY_COLUMNS, vocabulary_rows
from embedkit.inference.predictor import TextInput
from embedkit.interfaces import StorableFit
from embedkit.interfaces.contracts import check_chosen, check_state
from embedkit.runs import layout
from embedkit.runs.inputs import check_files
from embedkit.runs.reload_faults import refuse_unloadable
from embedkit.text.vocabulary import FIRST_WORD_ID, Vocabulary

if TYPE_CHECKING:
    from embedkit.inference.model_files import ModelFiles
    from embedkit.interfaces import Baseline, FittedBaseline
    from embedkit.recipe.baseline import BaselineRecipe
    from embedkit.recipe.components import Components
    from embedkit.runs.json_schemas import BaselineModel, StoredBaseline
    from embedkit.runs.run import Run


def save_baseline(files: ModelFiles, classifier: BaselineClassifier, name: str) -> None:
    """Write a fitted baseline, called `name`: its description, the words of training and its state.

    Without a state, as that of a plugin that has none, the baseline cannot be loaded again.
    """
    labelling = classifier.labelling
    described = {
        "classes": labelling.classes,
        "task": labelling.task,
        "baseline": name,
        "chosen": check_chosen(classifier.fitted),
    }
    files.json(layout.MODEL, described)
    files.csv(layout.VOCABULARY, VOCABULARY_COLUMNS, vocabulary_rows(classifier.rows))
    if isinstance(classifier.fitted, StorableFit):
        save_state(files, check_state(classifier.fitted, classifier.fitted.state()))


@dataclass(frozen=True)
class TrainedBaseline:
    """A fitted baseline with the components of its recipe."""

    classifier: BaselineClassifier
    components: Components[BaselineRecipe]

    @property
    def recipe(self) -> BaselineRecipe:
        """Return the recipe that the baseline was trained by."""
        return self.components.recipe


def load_baseline(
    run: Run, components: Components[BaselineRecipe], threshold: float | None = None
) -> TrainedBaseline:
    """Load the baseline that `run` trained as its model, by `components` of its recipe.

    It has the recipe's threshold unless another is given. Raises RunError if the run is made of several runs,
    a file is not what the run wrote, the files of the baseline or the tokenizer have changed, or the baseline
    has no state that could be stored.
    """
    run.refuse_several("a model")
    refuse_unloadable(run)
    recipe = components.recipe
    for key in ("tokenizer", "baseline"):
        check_files(run, components.part(key))
    labelling = _labelling(run, recipe)
    if not run.has(layout.BASELINE):
        what = f"the baseline '{recipe.baseline.use}' has no state that can be stored: it cannot be loaded"
        hint = "Its results are here. A baseline is stored if it has a method `restore`, and its fit `state`."
        raise RunError(Fault(what, where=str(run.path), hint=hint))
    classifier = BaselineClassifier(
        fitted=_restored(run, components.baseline, labelling),
        input=TextInput(components.tokenizer),
        labelling=labelling,
        words=_words(run),
        threshold=recipe.evaluation.threshold if threshold is None else threshold,
    )
    return TrainedBaseline(classifier, components)


def _labelling(run: Run, recipe: BaselineRecipe) -> Labelling:
    """Read the classes. Raises RunError if model.json is damaged or contradicts the recipe."""
    described: BaselineModel = run.read_json(layout.MODEL)
    classes, data = described["classes"], recipe.data
    labelling = Labelling(tuple(classes), data.label_separator)
    faults = []
    if len({*classes}) < len(classes):
        faults.append("a class that stands there twice")
    if data.labels is not None and [*data.labels] != classes:
        faults.append(f"other classes than {layout.RECIPE}")
    if (described["baseline"], described["task"]) != (recipe.baseline.use, labelling.task):
        faults.append(f"another baseline or task than {layout.RECIPE}")
    if faults:
        where = str(run.path / layout.MODEL)
        raise RunError(*(Fault(f"damaged: {what}", where=where) for what in faults))
    return labelling


def _words(run: Run) -> Vocabulary:
    words = run.vocabulary.iloc[FIRST_WORD_ID:]
    return Vocabulary(tuple(words["word"]), tuple(map(int, words["count"])))


def _restored(run: Run, baseline: Baseline, labelling: Labelling) -> FittedBaseline:
    """Return the fitted baseline. Raises RunError if its state is damaged."""
    stored: StoredBaseline = run.read_json(layout.BASELINE)
    arrays = run.file(layout.BASELINE_ARRAYS)
    return restore(baseline, stored, arrays, labelling)
