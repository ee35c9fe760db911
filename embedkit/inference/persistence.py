"""The files of a trained model: written here, and read again, checked against each other.

`SavedModel` is what the files say of the model before its weights are read. A run may come from somebody
else, so the shapes of the weights are compared before memory is allocated for them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch

from embedkit.data.labels import Labelling
from embedkit.errors import Fault, RunError
from embedkit.inference.averaging import load_averaged, save_averaged
from embedkit.inference.classifier import Classifier
from embedkit.inference.counterfactual import Trained
from embedkit.inference.predictor import TextInput
from embedkit.inference.unseen import Reopened
from embedkit.model.classifier import TextClassifier, weights_beside_embedder
from embedkit.model.embedder import TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.model.summary import describe_model
from embedkit.model.table_rows import TableRows
from embedkit.model.unseen import Unseen
from embedkit.runs import layout
from embedkit.runs.inputs import check_files
from embedkit.runs.reload_faults import refuse_unloadable
from embedkit.runs.tensors import (
    TABLE,
    Shape,
    read_shapes,
    read_table,
    read_tensors,
    refuse_other_shapes,
    shapes_of,
)
from embedkit.text.vocabulary import FIRST_WORD_ID, PAD_ID, UNK_ID, Vocabulary

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.inference.model_files import ModelFiles
    from embedkit.interfaces import Encoder, FloatArray
    from embedkit.model.table import EmbeddingTable
    from embedkit.recipe.components import Components
    from embedkit.recipe.schema import Recipe
    from embedkit.runs.json_schemas import Model
    from embedkit.runs.run import Run

DESCRIBED = 1000
"""Tokens of the text that model.txt describes, at most, where padding is left alone."""

LONGEST = 1_000_000
"""Tokens that every text may be padded to."""


VOCABULARY_COLUMNS = ("id", "word", "count", "origin", "via")


def save_trained(files: ModelFiles, classifier: Classifier, table: EmbeddingTable, looked_up: bool) -> None:
    """Write the weights, the embedding matrix before training, and the vocabulary and model files.

    They are the files from MODEL to VOCABULARY and DROPPED of `runs/layout`; if words unseen in training were
    `looked_up`, these too, in UNSEEN and UNSEEN_VECTORS.
    """
    model, text = classifier.model, classifier.input
    files.tensors(layout.WEIGHTS, model.state_dict())
    files.tensors(layout.EMBEDDING_BEFORE, {TABLE: torch.from_numpy(table.vectors)})
    files.csv(layout.VOCABULARY, VOCABULARY_COLUMNS, vocabulary_rows(table.rows))
    files.csv(layout.DROPPED, ["word", "count"], [*table.rows.vocabulary.dropped.items()])
    files.json(
        layout.MODEL,
        {
            "classes": classifier.classes,
            "table": list(table.vectors.shape),
            **describe_for_files(model),
            "max_length": text.max_length,
            "pad_to": text.pad_to,
        },
    )
    files.text(layout.MODEL_SUMMARY, summary_of(classifier))
    if classifier.averaged_with is not None:
        save_averaged(files, classifier.averaged_with)
    if looked_up:
        _save_unseen(files, table.unseen)


def describe_for_files(model: TextClassifier) -> dict[str, int]:
    """Return what model.json says of the sizes of a model."""
    return {
        "encoder_output_dim": model.output_dim,
        "parameters": sum(p.numel() for p in model.parameters()),
        "trainable_parameters": sum(p.numel() for p in model.parameters() if p.requires_grad),
    }


def summary_of(classifier: Classifier) -> str:
    """Return the content of model.txt: the model as text, for a text as long as its texts may be."""
    text = classifier.input
    return describe_model(classifier.model, text.pad_to or min(text.max_length or 20, DESCRIBED))


def _save_unseen(files: ModelFiles, unseen: Unseen) -> None:
    known = [*zip(unseen.words, unseen.origin, unseen.via, strict=True)]
    missing = [(word, "unk", "") for word in unseen.missing]
    files.csv(layout.UNSEEN, ["word", "origin", "via"], [*known, *missing])
    files.tensors(layout.UNSEEN_VECTORS, {TABLE: torch.from_numpy(unseen.vectors)})


def vocabulary_rows(rows: TableRows) -> list[list[object]]:
    """Return the rows of vocabulary.csv, with the columns `VOCABULARY_COLUMNS`."""
    vocabulary = rows.vocabulary
    counts = {PAD_ID: 0, UNK_ID: sum(vocabulary.dropped.values())}
    counts |= dict(enumerate(vocabulary.counts, len(counts)))
    return [
        [row, word, counts[row], rows.origin[row], rows.via[row]]
        for word, row in vocabulary.to_dict().items()
    ]


def load_trained(
    run: Run,
    components: Components[Recipe],
    threshold: float | None = None,
    unseen: Literal["unk"] | None = None,
) -> Trained:
    """Load the classifier that `run` trained, by `components` of its recipe.

    It has the recipe's threshold unless another is given. If the recipe looks up words unseen in training,
    `unseen="unk"` makes them `<UNK>` instead. Raises RunError if the run is made of several runs, a file is
    not what the run wrote, or the tokenizer's files have changed.
    """
    run.refuse_several("a model")
    refuse_unloadable(run)
    saved = read_saved_model(run, components.recipe)
    classifier = _classifier(run, saved, components, threshold)
    if components.recipe.embedding.unseen == "lookup" and unseen is None:
        classifier = _looking_up(classifier, saved, run, components)
    return Trained(classifier, components)


def _classifier(
    run: Run, saved: SavedModel, components: Components[Recipe], threshold: float | None
) -> Classifier:
    recipe = components.recipe
    check_files(run, components.part("tokenizer"))
    labelling = Labelling(saved.classes, recipe.data.label_separator)
    return Classifier(
        model=_model(saved, components),
        input=TextInput(components.tokenizer, saved.max_length, recipe.data.cut, saved.pad_to),
        labelling=labelling,
        threshold=recipe.evaluation.threshold if threshold is None else threshold,
        averaged_with=load_averaged(run, components, labelling),
    )


def _model(saved: SavedModel, components: Components[Recipe]) -> TextClassifier:
    """Build the model and load its weights.

    Shapes are compared before memory is allocated, if the encoder can be built without memory.
    """
    encoder, table = components.encoder, (len(saved.rows.vocabulary), saved.dim)
    objective = objective_of(len(saved.classes), components.recipe.data.label_separator is not None)
    parts = weights_beside_embedder(encoder, saved.dim, objective)
    if parts is not None:
        refuse_other_shapes(saved.weights, {TABLE: Shape(table), **shapes_of(parts)})
    with torch.random.fork_rng(devices=[]):
        embedder = TableEmbedder(torch.empty(table), rows=saved.rows)
        model = TextClassifier.new(embedder, encoder, objective)
    if parts is None:
        refuse_other_shapes(saved.weights, shapes_of(model.state_dict()))
    model.load_state_dict(read_tensors(saved.weights))
    return model.eval()


def _looking_up(
    classifier: Classifier, saved: SavedModel, run: Run, components: Components[Recipe]
) -> Classifier:
    """Return the classifier with the words that its run looked up, and with the source for all others."""
    rows = saved.rows

    def before() -> FloatArray:
        table = read_table(run.file(layout.EMBEDDING_BEFORE), len(rows.vocabulary), saved.dim)
        return table[FIRST_WORD_ID:]

    origin, via = rows.origin[FIRST_WORD_ID:], rows.via[FIRST_WORD_ID:]
    source = Reopened(run, components, rows.vocabulary.words, origin, via, before)
    return replace(classifier.extended(_read_unseen(run, saved)), source=source)


def load_rows(directory: Path, encoder: Encoder, model: TextClassifier, rows: Tensor) -> TextClassifier:
    """Load again the model in `directory` that was just written, to compare it with `model` in memory.

    `encoder` builds its encoder; of the embedding matrix it has only `rows`, int64 [U]. Raises RuntimeError
    if the weights do not fit.
    """
    from safetensors.torch import load_file

    weights = load_file(directory / layout.WEIGHTS)
    weights[TABLE] = weights[TABLE][rows.cpu()]
    with torch.random.fork_rng(devices=[]):
        again = TextClassifier.new(TableEmbedder(weights[TABLE]), encoder, model.objective)
    again.load_state_dict(weights)
    return again.to(model.device).eval()


@dataclass(frozen=True)
class SavedModel:
    """The description of a model, known before its weights are read.

    `classes` are in order; `rows` are those of the embedding table, which has `dim` columns; texts are
    truncated to `max_length` tokens and padded to `pad_to`; `weights` is the file of the weights.
    """

    classes: tuple[str, ...]
    rows: TableRows
    dim: int
    max_length: int | None
    pad_to: int | None
    weights: Path


def read_saved_model(run: Run, recipe: Recipe) -> SavedModel:
    """Read the description of a run's model; of the weights, only the header is read.

    Raises RunError if a file is damaged, or if two files contradict each other.
    """
    words = run.vocabulary
    described: Model = run.read_json(layout.MODEL)
    vocabulary, where = _vocabulary(run), str(run.path / layout.MODEL)
    rows, dim = described["table"]
    faults = [*_wrong(described, recipe)]
    if rows != len(words):
        faults.append(f"a table of {rows:,} rows, and {layout.VOCABULARY} has {len(words):,}")
    if described["pad_to"] is not None and described["pad_to"] > sum(map(int, words["count"])):
        faults.append(f"texts padded to {described['pad_to']:,} tokens, and training had not as many")
    weights = run.file(layout.WEIGHTS)
    if read_shapes(weights).get(TABLE) != Shape((rows, dim)):
        faults.append(f"a table of {rows:,} x {dim:,} numbers, and {layout.WEIGHTS} has another")
    if faults:
        raise RunError(*(Fault(f"damaged: {what}", where=where) for what in faults))
    return SavedModel(
        classes=tuple(described["classes"]),
        rows=TableRows(vocabulary, tuple(words["origin"]), tuple(words["via"])),
        dim=dim,
        max_length=described["max_length"],
        pad_to=described["pad_to"],
        weights=weights,
    )


def _wrong(described: Model, recipe: Recipe) -> list[str]:
    """Return the errors in model.json: impossible values, and values that contradict the recipe."""
    classes, length, padded = described["classes"], described["max_length"], described["pad_to"]
    faults = []
    if len({*classes}) < len(classes):
        faults.append("a class that stands there twice")
    if recipe.data.labels is not None and [*recipe.data.labels] != classes:
        faults.append(f"other classes than {layout.RECIPE}")
    if padded is not None and (padded != length or padded > LONGEST):
        faults.append(f"texts padded to {padded:,} tokens")
    expected = recipe.data.max_length
    if length != expected and (padded is None or expected is not None):
        faults.append(f"{length} as max_length, and {expected} in {layout.RECIPE}")
    return faults


def _vocabulary(run: Run) -> Vocabulary:
    words = run.vocabulary.iloc[FIRST_WORD_ID:]
    dropped = run.read_csv(layout.DROPPED)
    if not {*words["word"]}.isdisjoint(dropped["word"]):
        what = f"damaged: a word that {layout.VOCABULARY} has too"
        raise RunError(Fault(what, where=str(run.path / layout.DROPPED)))
    counts = tuple(map(int, words["count"]))
    lost = dict(zip(dropped["word"], map(int, dropped["count"]), strict=True))
    return Vocabulary(tuple(words["word"]), counts, lost)


def _read_unseen(run: Run, saved: SavedModel) -> Unseen:
    """Read the vectors that the run looked up for words unseen in training.

    Raises RunError as `read_saved_model` does.
    """
    looked_up = run.read_csv(layout.UNSEEN)
    known = looked_up[looked_up["origin"] != "unk"]
    missing = looked_up["word"][looked_up["origin"] == "unk"]
    if any(word in saved.rows.vocabulary for word in looked_up["word"]):
        what = f"damaged: a word that {layout.VOCABULARY} has too"
        raise RunError(Fault(what, where=str(run.path / layout.UNSEEN)))
    vectors = read_table(run.file(layout.UNSEEN_VECTORS), len(known), saved.dim)
    return Unseen([*known["word"]], [*known["origin"]], [*known["via"]], vectors, [*missing])
