"""The contents of the CSV files of a run: required columns, and constraints on their cells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, RunError
from embedkit.model.token_states import OF_PIECES, OF_WORDS
from embedkit.runs import layout
from embedkit.text.vocabulary import FIRST_WORD_ID, PAD, UNK

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.runs.axes import Axes

WORDS_FOUND = frozenset({"found", "recovered", "filled"})
"""The origins that a word's row can have."""


@dataclass(frozen=True)
class Columns:
    """The columns that a file must have. Values of `numbers` may be missing (NaN)."""

    texts: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()


COLUMNS: Mapping[str, Columns] = {
    layout.VOCABULARY: Columns(("word", "origin", "via"), ("id", "count")),
    layout.DROPPED: Columns(("word",), ("count",)),
    layout.UNSEEN: Columns(("word", "origin", "via")),
    layout.HISTORY: Columns(("split",), ("epoch",), ("loss",)),
    layout.DRIFT: Columns(("word", "origin"), ("id", "count"), ("distance", "cosine"), ("gained", "lost")),
}

PREDICTIONS = Columns(
    ("split", "label", "predicted", "text"),
    ("id", "tokens", *OF_WORDS.columns, "cut", "content_tokens", "content_oov"),
    ("probability", "oov_share", "content_oov_share"),
    ("oov_tokens", "token_list", "token_states", "token_content"),
)
"""Columns of the predictions, in CSV or Parquet, besides one probability column for each class."""

PREDICTIONS_OF_PIECES = replace(
    PREDICTIONS,
    whole=("id", "tokens", *OF_PIECES.columns, "cut", "content_tokens", "content_oov"),
    lists=(*PREDICTIONS.lists, "token_pieces"),
)
"""Columns of the predictions of a text encoder."""


def check_table(path: Path, frame: pd.DataFrame) -> None:
    """Raise RunError unless a CSV file of the run has its columns, with values of the right kind."""
    if path.name in COLUMNS:
        faults = [*_columns(COLUMNS[path.name], frame)]
        if not faults and path.name in _CHECKS:
            faults = [*_CHECKS[path.name](frame)]
        _refuse(path, faults)


def check_predictions(
    path: Path, frame: pd.DataFrame, columns: Collection[str] | None, runs: Collection[Axes]
) -> None:
    """Raise RunError unless the predictions, or the `columns` that were read, are valid.

    `runs` are the axes of the inner runs that made the predictions; empty if there are none.
    """
    of_pieces = not {*OF_PIECES.columns, "token_pieces"}.isdisjoint(frame.columns)
    faults = [*_columns(PREDICTIONS_OF_PIECES if of_pieces else PREDICTIONS, frame, columns)]
    _refuse(path, faults or [*_predictions(frame), *_runs(frame, runs)])


def _refuse(path: Path, faults: Sequence[str]) -> None:
    if faults:
        raise RunError(*(Fault(f"damaged: {what}", where=str(path)) for what in faults[:5]))


def _columns(columns: Columns, frame: pd.DataFrame, read: Collection[str] | None = None) -> Iterator[str]:
    """Yield the faults of the columns; a column that is not in `read`, by default all, may be missing."""
    names = (*columns.texts, *columns.whole, *columns.numbers, *columns.lists)
    missing = [name for name in names if name not in frame.columns and (read is None or name in read)]
    yield from (f"no column '{name}'" for name in missing)
    for name in columns.whole:
        if name in frame.columns and (frame[name].dtype.kind not in "iu" or (frame[name] < 0).any()):
            yield f"column '{name}' holds more than whole numbers from 0"
    for name in columns.numbers:
        if name in frame.columns and frame[name].dtype.kind not in "iuf":
            yield f"column '{name}' holds more than numbers"


def _vocabulary(frame: pd.DataFrame) -> Iterator[str]:
    if [*frame["id"]] != [*range(len(frame))]:
        yield "ids are not the numbers of the rows, from 0"
    if [*frame["word"][:FIRST_WORD_ID]] != [PAD, UNK] or [*frame["origin"][:FIRST_WORD_ID]] != ["pad", "unk"]:
        yield f"the first rows are not {PAD} and {UNK}"
    yield from _once(frame)
    if not frame["origin"][FIRST_WORD_ID:].isin(WORDS_FOUND).all():
        yield "a word's origin is none that there is"


def _once(frame: pd.DataFrame) -> Iterator[str]:
    if frame["word"].duplicated().any():
        yield f"a word stands there twice: {frame['word'][frame['word'].duplicated()].iloc[0][:60]!r}"


def _unseen(frame: pd.DataFrame) -> Iterator[str]:
    yield from _once(frame)
    if not frame["origin"].isin({*WORDS_FOUND, "unk"}).all():
        yield "a word's origin is none that there is"


_OF_EACH_TOKEN = ("token_list", "token_states", "token_content")


def _predictions(frame: pd.DataFrame) -> Iterator[str]:
    if "probability" in frame and not frame["probability"].between(0, 1 + 1e-9).all():
        yield "a probability that is none"
    for name in frame.columns:
        if str(name).startswith("p_") and (frame[name].dtype.kind not in "iuf" or frame[name].isna().any()):
            yield f"column '{name}' holds more than numbers"
    for name in ("fold", "seed"):
        if name in frame and frame[name].dtype.kind not in "iu":
            yield f"column '{name}' holds more than whole numbers"
    there = [name for name in (*_OF_EACH_TOKEN, "token_pieces") if name in frame]
    counts = frame["tokens"] if "tokens" in frame else [None] * len(frame)
    rows = zip(counts, *(frame[name] for name in there), strict=True)
    if not all(_is_read(count, lists) for count, *lists in rows):
        yield "tokens of a text that are not its lists of tokens, states and content"
        return
    yield from _states(frame)
    for name in ("oov_tokens", "token_list"):
        if name in frame and not all(_is_list_of_texts(each) for each in frame[name]):
            yield f"column '{name}' holds more than lists of tokens"


def _states(frame: pd.DataFrame) -> Iterator[str]:
    """Yield the faults of the states of tokens, and of the numbers of their pieces."""
    found = {*chain.from_iterable(frame["token_states"])} if "token_states" in frame else set()
    if not (found <= {*OF_WORDS.states} or found <= {*OF_PIECES.states}):
        yield "a state of a token that is none"
    if "token_pieces" not in frame:
        return
    counts = chain.from_iterable(frame["token_pieces"])
    if not all(type(count) is int and count >= 0 for count in counts):
        yield "column 'token_pieces' holds more than lists of whole numbers from 0"
    elif found and not found <= {*OF_PIECES.states}:
        yield "pieces of tokens in states that no text encoder knows"


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and {*map(type, value)} <= {str}


def _runs(frame: pd.DataFrame, runs: Collection[Axes]) -> Iterator[str]:
    """Yield a fault if rows belong to a fold or seed that no inner run has."""
    columns = [name for name in ("fold", "seed") if name in frame]
    if not runs and columns:
        yield f"a column '{columns[0]}' of a run that is not made of several"
    if runs and columns:
        there = {tuple(row) for row in frame[columns].drop_duplicates().itertuples(index=False)}
        if not there <= {tuple(getattr(axes, name) for name in columns) for axes in runs}:
            yield "texts of runs that it has not"


def _is_read(count: int | None, lists: Sequence[Any]) -> bool:
    """Return whether all lists of one text are lists of equal length, which is `count` if that is given."""
    if not lists:
        return True
    if {*map(type, lists)} != {list}:
        return False
    lengths = {*map(len, lists)}
    return len(lengths) == 1 and (count is None or count in lengths)


_CHECKS: Mapping[str, Callable[[pd.DataFrame], Iterator[str]]] = {
    layout.VOCABULARY: _vocabulary,
    layout.DROPPED: _once,
    layout.UNSEEN: _unseen,
}
