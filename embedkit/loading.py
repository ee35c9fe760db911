"""A trained model, loaded from its run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import torch

from embedkit.classification import Classifier, TextInput
from embedkit.data.labels import Labelling
from embedkit.embedding import Reopened
from embedkit.errors import Fault, RunError
from embedkit.model.classifier import TextClassifier
from embedkit.model.unseen import Unseen
from embedkit.recipe.build import build_component
from embedkit.recipe.load import load_recipe
from embedkit.recipe.schema import EvaluationRecipe, Recipe
from embedkit.refilling import Trained
from embedkit.runs.inputs import check_files
from embedkit.runs.loadable import refuse_unloadable
from embedkit.runs.versions import warn_of_versions
from embedkit.text.vocabulary import FIRST_WORD_ID, Vocabulary

if TYPE_CHECKING:
    from embedkit.registry import Registry
    from embedkit.runs.run import Run


def load_trained(
    run: Run, registry: Registry, threshold: float | None = None, unseen: Literal["unk"] | None = None
) -> Trained:
    """The classifier that `run` trained, with the threshold of its recipe unless another is given.

    Where the recipe has words looked up that training did not have, `unseen="unk"` makes them `<UNK>`.
    Raises RunError where the run trained no model, a file is not what the run wrote, or the tokenizer's files
    are not those that it read.
    """
    run.refuse_several("a model")
    run.verify()
    refuse_unloadable(run)
    warn_of_versions(run)
    recipe = _recipe(run, registry)
    classifier = _classifier(run, recipe, registry, threshold)
    if recipe.embedding.unseen == "lookup" and unseen is None:
        classifier = _looking_up(classifier, run, recipe, registry)
    return Trained(classifier, recipe, [*run.vocabulary["via"]])


def _recipe(run: Run, registry: Registry) -> Recipe:
    recipe = load_recipe(run.path / "recipe.yaml", registry)
    if isinstance(recipe, Recipe):
        return recipe
    hint = None
    if isinstance(recipe, EvaluationRecipe):
        hint = f"It evaluated the model of {recipe.model}: name that run."
    raise RunError(Fault("this run trained no model", where=str(run.path), hint=hint))


def _classifier(run: Run, recipe: Recipe, registry: Registry, threshold: float | None) -> Classifier:
    described = run.read_json("model.json")
    check_files(run, registry, "tokenizer", recipe.tokenizer)
    tokenizer = build_component(registry, "tokenizer", recipe.tokenizer, "tokenizer")
    limits = {key: described[key] for key in ("max_length", "pad_to")}
    return Classifier(
        model=_model(run, recipe, registry, described),
        input=TextInput(tokenizer, _vocabulary(run), cut=recipe.data.cut, **limits),
        origin=tuple(run.vocabulary["origin"]),
        labelling=Labelling(tuple(described["classes"]), recipe.data.label_separator),
        threshold=recipe.evaluation.threshold if threshold is None else threshold,
    )


def _looking_up(classifier: Classifier, run: Run, recipe: Recipe, registry: Registry) -> Classifier:
    """The classifier with what its run looked up, and with the source for what it did not."""
    words = classifier.input.vocabulary.words
    source = Reopened(run, recipe, registry, words, classifier.origin[FIRST_WORD_ID:])
    return replace(classifier.widened(_unseen(run)), source=source)


def _unseen(run: Run) -> Unseen:
    from safetensors.numpy import load_file

    looked_up = run.read_csv("unseen.csv")
    known = looked_up[looked_up["origin"] != "unk"]
    missing = looked_up["word"][looked_up["origin"] == "unk"]
    vectors = load_file(run.path / "unseen.safetensors")["embedding.weight"]
    return Unseen([*known["word"]], [*known["origin"]], [*known["via"]], vectors, [*missing])


def _vocabulary(run: Run) -> Vocabulary:
    words = run.vocabulary.iloc[FIRST_WORD_ID:]
    dropped = run.read_csv("dropped.csv")
    counts = tuple(map(int, words["count"]))
    return Vocabulary(
        tuple(words["word"]), counts, dict(zip(dropped["word"], map(int, dropped["count"]), strict=True))
    )


def _model(run: Run, recipe: Recipe, registry: Registry, described: dict[str, Any]) -> TextClassifier:
    from safetensors.torch import load_file

    encoder = build_component(registry, "encoder", recipe.encoder, "encoder")
    rows, dim = described["table"]
    with torch.random.fork_rng(devices=[]):
        multilabel = recipe.data.label_separator is not None
        model = TextClassifier.new(rows, dim, encoder, len(described["classes"]), multilabel)
    model.load_state_dict(load_file(run.path / "weights.safetensors"))
    return model.eval()
