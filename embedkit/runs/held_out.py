"""The predictions of inner runs on the texts that they held out, read again run by run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby, islice
from pathlib import Path

from embedkit.evaluation.predictions import Prediction
from embedkit.recipe.document import Plain
from embedkit.runs import layout
from embedkit.runs.csv_files import read_mappings
from embedkit.runs.predictions import read_rows

BLOCK = 4096

PIECES = "token_pieces"
"""The column that predictions of text encoders have."""

Which = tuple[int | None, int]
"""The fold of a run, None where there are no folds, and its seed."""


def read_held_out(
    predictions: Path, directories: Mapping[Which, Path], separator: str | None
) -> Iterator[tuple[Which, list[Prediction]]]:
    """Yield the predictions of each inner run, in file order, with at most BLOCK texts at a time.

    `predictions` is the file of all inner runs; `directories` maps fold and seed to the directory of a run.
    `separator` separates the labels of a multi-label text.
    """
    header, rows = read_rows(predictions)
    named = (dict(zip(header, row, strict=True)) for row in rows)
    for which, texts_of in groupby(named, _which):
        looked_up = _looked_up(directories[which])
        texts = (_prediction(row, separator, looked_up) for row in texts_of)
        while block := [*islice(texts, BLOCK)]:
            yield which, block


def _which(row: Plain) -> Which:
    return row.get("fold"), row["seed"]


def _looked_up(directory: Path) -> frozenset[str]:
    """Return the words whose vectors a run looked up although training did not have the words."""
    path = directory / layout.UNSEEN
    rows = read_mappings(path) if path.is_file() else iter(())
    return frozenset(row["word"] for row in rows if row["origin"] != "unk")


def _prediction(row: Plain, separator: str | None, looked_up: frozenset[str]) -> Prediction:
    tokens = row["token_list"]
    known = row["label"] or separator is not None
    return Prediction(
        split=row["split"],
        id=row["id"],
        text=row["text"],
        label=row["label"] if known else None,
        predicted=row["predicted"],
        probabilities=tuple(row[key] for key in row if key.startswith("p_")),
        probability=row["probability"],
        tokens=tuple(tokens),
        states=tuple(row["token_states"]),
        looked_up=tuple(token in looked_up for token in tokens),
        cut=row["cut"],
        pieces=tuple(row[PIECES]) if PIECES in row else None,
    )
