"""A trained model, loaded from its run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import torch

from embedkit.data.labels import Labelling
from embedkit.errors import Fault, RunError
from embedkit.inference.classifier import Classifier, TextInput
from embedkit.inference.counterfactual import Trained
from embedkit.inference.saved_model import SavedModel, read_saved_model, read_unseen
from embedkit.inference.unseen import Reopened
from embedkit.model.classifier import TextClassifier, weights_beside_embedder
from embedkit.model.embedder import TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.recipe.components import Components
from embedkit.recipe.load import AnyKind, load_recipe
from embedkit.recipe.schema import EvaluationRecipe, Recipe
from embedkit.runs import layout
from embedkit.runs.inputs import check_files
from embedkit.runs.loadable import refuse_unloadable
from embedkit.runs.tensors import TABLE, Shape, read_tensors, refuse_other_shapes, shapes_of
from embedkit.runs.versions import warn_of_versions
from embedkit.text.vocabulary import FIRST_WORD_ID

if TYPE_CHECKING:
    from embedkit.plugin.registry import Registry
    from embedkit.runs.run import Run


def load_trained(
    run: Run, registry: Registry, threshold: float | None = None, unseen: Literal["unk"] | None = None
) -> Trained:
    """Load the classifier that `run` trained, with the recipe's threshold unless another is given.

    If the recipe looks up words unseen in training, `unseen="unk"` makes them `<UNK>` instead. Raises
    RunError if the run trained no model or is made of several runs, a file is not what the run wrote, or the
    tokenizer's files have changed.
    """
    run.refuse_several("a model")
    refuse_unloadable(run)
    warn_of_versions(run)
    components = Components(_refuse_untrained(run, load_recipe(run.file(layout.RECIPE), registry)), registry)
    saved = read_saved_model(run, components.recipe)
    classifier = _classifier(run, saved, components, threshold)
    if components.recipe.embedding.unseen == "lookup" and unseen is None:
        classifier = _looking_up(classifier, saved, run, components)
    return Trained(classifier, components, saved.via)


def _refuse_untrained(run: Run, recipe: AnyKind) -> Recipe:
    """Return the recipe of `run`. Raises RunError if it is one that trains no model."""
    if isinstance(recipe, Recipe):
        return recipe
    hint = None
    if isinstance(recipe, EvaluationRecipe):
        hint = f"It evaluated the model of {recipe.model}: name that run."
    raise RunError(Fault("this run trained no model", where=str(run.path), hint=hint))


def _classifier(
    run: Run, saved: SavedModel, components: Components[Recipe], threshold: float | None
) -> Classifier:
    recipe = components.recipe
    check_files(run, components.part("tokenizer"))
    return Classifier(
        model=_model(saved, components),
        input=TextInput(
            components.tokenizer, saved.vocabulary, saved.max_length, recipe.data.cut, saved.pad_to
        ),
        origin=saved.origin,
        labelling=Labelling(saved.classes, recipe.data.label_separator),
        threshold=recipe.evaluation.threshold if threshold is None else threshold,
    )


def _model(saved: SavedModel, components: Components[Recipe]) -> TextClassifier:
    """Build the model and load its weights.

    Shapes are compared before memory is allocated, if the encoder can be built without memory.
    """
    encoder, table = components.encoder, (len(saved.vocabulary), saved.dim)
    objective = objective_of(len(saved.classes), components.recipe.data.label_separator is not None)
    parts = weights_beside_embedder(encoder, saved.dim, objective)
    if parts is not None:
        refuse_other_shapes(saved.weights, {TABLE: Shape(table), **shapes_of(parts)})
    with torch.random.fork_rng(devices=[]):
        model = TextClassifier.new(TableEmbedder(torch.empty(table)), encoder, objective)
    if parts is None:
        refuse_other_shapes(saved.weights, shapes_of(model.state_dict()))
    model.load_state_dict(read_tensors(saved.weights))
    return model.eval()


def _looking_up(
    classifier: Classifier, saved: SavedModel, run: Run, components: Components[Recipe]
) -> Classifier:
    """Return the classifier with the words that its run looked up, and with the source for all others."""
    words = saved.vocabulary.words
    source = Reopened(run, components, words, saved.origin[FIRST_WORD_ID:])
    return replace(classifier.widened(read_unseen(run, saved)), source=source)
