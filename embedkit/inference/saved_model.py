"""The files of a run's model, checked against each other before the model is built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, RunError
from embedkit.runs import layout
from embedkit.runs.tensors import TABLE, Shape, read_shapes, read_table
from embedkit.text.vocabulary import FIRST_WORD_ID, Vocabulary

if TYPE_CHECKING:
    from embedkit.model.unseen import Unseen
    from embedkit.recipe.schema import Recipe
    from embedkit.runs.run import Run

LONGEST = 1_000_000
"""Tokens that every text may be padded to."""


@dataclass(frozen=True)
class SavedModel:
    """The description of a model, known before its weights are read.

    `classes` are in order; `vocabulary`, with the `origin` and `via` of each row of the table, which has
    `dim` columns; texts are truncated to `max_length` tokens and padded to `pad_to`; `weights` is the file of
    the weights.
    """

    classes: tuple[str, ...]
    vocabulary: Vocabulary
    origin: tuple[str, ...]
    via: tuple[str, ...]
    dim: int
    max_length: int | None
    pad_to: int | None
    weights: Path


def read_saved_model(run: Run, recipe: Recipe) -> SavedModel:
    """Read the description of a run's model; of the weights, only the header is read.

    Raises RunError if a file is damaged, or if two files contradict each other.
    """
    described, words = run.read_json(layout.MODEL), run.vocabulary
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
        vocabulary=vocabulary,
        origin=tuple(words["origin"]),
        via=tuple(words["via"]),
        dim=dim,
        max_length=described["max_length"],
        pad_to=described["pad_to"],
        weights=weights,
    )


def _wrong(described: dict[str, Any], recipe: Recipe) -> list[str]:
    """Return the errors in model.json: impossible values, and values that contradict the recipe."""
    classes, length, padded = (described[key] for key in ("classes", "max_length", "pad_to"))
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


def read_unseen(run: Run, saved: SavedModel) -> Unseen:
    """Read the vectors that the run looked up for words unseen in training.

    Raises RunError as `read_saved_model` does.
    """
    from embedkit.model.unseen import Unseen

    looked_up = run.read_csv(layout.UNSEEN)
    known = looked_up[looked_up["origin"] != "unk"]
    missing = looked_up["word"][looked_up["origin"] == "unk"]
    if any(word in saved.vocabulary for word in looked_up["word"]):
        what = f"damaged: a word that {layout.VOCABULARY} has too"
        raise RunError(Fault(what, where=str(run.path / layout.UNSEEN)))
    vectors = read_table(run.file(layout.UNSEEN_VECTORS), len(known), saved.dim)
    return Unseen([*known["word"]], [*known["origin"]], [*known["via"]], vectors, [*missing])
