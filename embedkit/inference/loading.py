"""Load the model of a run, whatever its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from embedkit.inference.counterfactual import Trained
from embedkit.inference.persistence import load_trained
from embedkit.inference.saved_baseline import TrainedBaseline, load_baseline
from embedkit.inference.saved_text_encoder import TrainedTextEncoder, load_text_encoder
from embedkit.recipe.baseline import BaselineRecipe
from embedkit.recipe.schema import Recipe
from embedkit.recipe.text_encoder import TextEncoderRecipe
from embedkit.runs.recipes import training_components

if TYPE_CHECKING:
    from embedkit.plugin.registry import Registry
    from embedkit.runs.run import Run


AnyTrained = Trained | TrainedTextEncoder | TrainedBaseline
"""A trained classifier with the components of its recipe."""


def load_model(
    run: Run, registry: Registry, threshold: float | None = None, unseen: Literal["unk"] | None = None
) -> AnyTrained:
    """Load the classifier that `run` trained, with the components of its recipe.

    `threshold` is used in place of that of the recipe. If the recipe looks up words unseen in training,
    `unseen="unk"` makes them `<UNK>` instead; a baseline and a text encoder look none up. Raises RunError if
    the run trained no model, is made of several runs, or a file is not what the run wrote.
    """
    components = training_components(run, registry)
    recipe = components.recipe
    if isinstance(recipe, BaselineRecipe):
        return load_baseline(run, components.of(recipe), threshold)
    if isinstance(recipe, TextEncoderRecipe):
        return load_text_encoder(run, components.of(recipe), threshold)
    assert isinstance(recipe, Recipe), "recipes that train are of these kinds"
    return load_trained(run, components.of(recipe), threshold, unseen)
