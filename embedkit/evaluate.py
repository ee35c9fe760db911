"""Load a trained model from its run, and evaluate it on other data."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import torch

from embedkit.analysis import read_content, write_analysis
from embedkit.classification import Classifier, TextInput
from embedkit.data.labels import Labelling
from embedkit.data.splits import read_evaluation
from embedkit.embedding import Reopened, check_files
from embedkit.errors import Fault, RunError
from embedkit.evaluation.metrics import build_metrics
from embedkit.model.classifier import TextClassifier
from embedkit.model.unseen import Unseen
from embedkit.recipe.build import build_component
from embedkit.recipe.load import load_recipe
from embedkit.recipe.paths import locate
from embedkit.recipe.schema import EvaluationRecipe, Recipe
from embedkit.records import write_evaluation
from embedkit.refilling import Trained
from embedkit.runs.run import Run
from embedkit.text.vocabulary import FIRST_WORD_ID, Vocabulary

if TYPE_CHECKING:
    from embedkit.registry import Registry
    from embedkit.reporting import Reporter
    from embedkit.runs.writer import RunWriter


def evaluate_trained(
    recipe: EvaluationRecipe, registry: Registry, writer: RunWriter, reporter: Reporter
) -> None:
    """Evaluate the model of the run that the recipe names on the recipe's texts."""
    reporter.stage("loading the model")
    run = Run(locate(recipe.model, "model"))
    classifier = load_classifier(run, registry, recipe.evaluation.threshold, recipe.evaluation.unseen)

    reporter.stage("reading texts")
    examples = read_evaluation(
        build_component(registry, "reader", recipe.data.test, "data.test"), classifier.labelling
    )

    reporter.stage("evaluating")
    tokenized = {"test": classifier.input.tokenize("test", examples)}
    metrics = build_metrics(registry, recipe.evaluation.metrics, classifier.labelling.task)
    content = read_content(recipe.evaluation.function_words, registry)
    predictions = write_evaluation(writer, classifier, tokenized, metrics, content)

    reporter.stage("analysing errors")
    made_by = load_recipe(run.path / "recipe.yaml", registry)
    assert isinstance(made_by, Recipe), "load_classifier has seen to it"
    trained = Trained(classifier, made_by, [*run.vocabulary["via"]])
    write_analysis(writer, trained, tokenized, predictions, content, registry)


def load_classifier(
    run: Run, registry: Registry, threshold: float | None = None, unseen: Literal["unk"] | None = None
) -> Classifier:
    """The classifier that `run` trained, with the threshold of its recipe unless another is given.

    Where the recipe has words looked up that training did not have, `unseen="unk"` makes them `<UNK>`.
    Raises RunError where the run trained no model, a file is not what the run wrote, or the tokenizer's files
    are not those that it read.
    """
    run.refuse_several("a model")
    run.verify()
    recipe = load_recipe(run.path / "recipe.yaml", registry)
    if not isinstance(recipe, Recipe):
        hint = None
        if isinstance(recipe, EvaluationRecipe):
            hint = f"It evaluated the model of {recipe.model}: name that run."
        raise RunError(Fault("this run trained no model", where=str(run.path), hint=hint))
    described = run.read_json("model.json")
    check_files(run, registry, "tokenizer", recipe.tokenizer)
    tokenizer = build_component(registry, "tokenizer", recipe.tokenizer, "tokenizer")
    limits = {key: described[key] for key in ("max_length", "pad_to")}
    classifier = Classifier(
        model=_model(run, recipe, registry, described),
        input=TextInput(tokenizer, _vocabulary(run), cut=recipe.data.cut, **limits),
        origin=tuple(run.vocabulary["origin"]),
        labelling=Labelling(tuple(described["classes"]), recipe.data.label_separator),
        threshold=recipe.evaluation.threshold if threshold is None else threshold,
    )
    looks_up = recipe.embedding.unseen == "lookup" and unseen is None
    return _looking_up(classifier, run, recipe, registry) if looks_up else classifier


def _looking_up(classifier: Classifier, run: Run, recipe: Recipe, registry: Registry) -> Classifier:
    """The classifier with what its run looked up, and with the source for what it did not."""
    words = classifier.input.vocabulary.words
    vectors = classifier.model.embedding.weight.detach().numpy()[FIRST_WORD_ID:]
    source = Reopened(run, recipe, registry, words, classifier.origin[FIRST_WORD_ID:], vectors)
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
