"""The recipe that trained the model of a run, with its components."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.errors import Fault, RunError
from embedkit.recipe.components import Components
from embedkit.recipe.evaluation import EvaluationRecipe
from embedkit.recipe.load import load_recipe
from embedkit.recipe.schema import Recipe, TrainingRecipe
from embedkit.recipe.text_encoder import TextEncoderRecipe
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.plugin.registry import Registry
    from embedkit.runs.run import Run


def components_of(run: Run, registry: Registry) -> Components[Recipe]:
    """Return the components of the recipe by which `run` trained a model on word vectors.

    Raises RunError if the run trained no such model, and RecipeError if the recipe is not valid here.
    """
    components = training_components(run, registry)
    if isinstance(components.recipe, Recipe):
        return components.of(components.recipe)
    what = "is a baseline, which has no vectors"
    if isinstance(components.recipe, TextEncoderRecipe):
        what = "has a text encoder, which has no vectors of words by themselves"
    raise RunError(Fault(f"the model of this run {what}", where=str(run.path)))


def training_components(run: Run, registry: Registry) -> Components[TrainingRecipe]:
    """Return the components of the recipe that `run` trained by, made by the plugins of `registry`.

    Raises RunError if the run trained no model, and RecipeError if the recipe is not valid here.
    """
    run.refuse_ranking("model")
    recipe = load_recipe(run.file(layout.RECIPE), registry)
    if isinstance(recipe, TrainingRecipe):
        return Components[TrainingRecipe](recipe, registry)
    hint = None
    if isinstance(recipe, EvaluationRecipe):
        hint = f"It evaluated the model of {recipe.model}: name that run."
    raise RunError(Fault("this run trained no model", where=str(run.path), hint=hint))
