"""The contents of word-vector files, as records and as text."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from embedkit.files.sizes import bytes_as_text
from embedkit.report.terminal.lines import say
from embedkit.report.terminal.tables import print_table

if TYPE_CHECKING:
    from embedkit.interfaces import Lookup
    from embedkit.vectors.tools.check import Contents
    from embedkit.vectors.tools.fetch import Model

SHOWN = 5
"""Numbers of a vector that are shown."""

ORDERS = {
    "frequency": "frequent first, by their lengths",
    "alphabet": "alphabetical",
    "other": "not by frequency, by their lengths",
    None: "too few to tell",
}


@dataclass(frozen=True)
class LookedUp:
    """A word that was looked up; `row`, from 0, and `vector` are None if it was not found."""

    word: str
    found: bool
    row: int | None
    vector: Sequence[float] | None


def contents_record(contents: Contents) -> dict[str, object]:
    """Return all figures as a dict; figures that are not finite, as the norms of no vectors, are None."""
    return {name: _finite(value) for name, value in asdict(contents).items()}


def print_contents(contents: Contents) -> None:
    """Print one line for each property of a vector file."""
    mean, deviation, least, most = map(
        _length, (contents.norm_mean, contents.norm_deviation, contents.norm_least, contents.norm_most)
    )
    rows = [
        ("format", contents.format),
        ("layout", f"{contents.layout}, {contents.dtype}"),
        ("vectors", f"{contents.count:,} x {contents.dim:,}"),
        *([("words", f"the pieces of {contents.tokenizer}")] if contents.tokenizer else []),
        ("bfloat16", "lossless" if contents.bfloat16 else "would lose digits"),
        ("norms", f"{mean} ± {deviation}, from {least} to {most}"),
        ("order", ORDERS[contents.order]),
        ("first words", " ".join(map(repr, contents.first))),
        ("last words", " ".join(map(repr, contents.last))),
        *(("wrong", fault) for fault in contents.faults()),
    ]
    print_table(rows)


def lookup_records(words: Sequence[str], lookup: Lookup) -> list[LookedUp]:
    """Return the result for each word."""
    rows = zip(words, lookup.found.tolist(), lookup.rows.tolist(), lookup.vectors.tolist(), strict=True)
    return [
        LookedUp(word, found, row if found else None, vector if found else None)
        for word, found, row, vector in rows
    ]


def print_lookup(records: Sequence[LookedUp]) -> None:
    """Print one line for each word."""
    print_table([("word", "row", "vector"), *map(_lookup_row, records)])


def print_catalogue(models: Sequence[Model]) -> None:
    """Print one line for each model that can be fetched."""
    rows = [
        (m.name, f"{m.vectors:,}", bytes_as_text(m.size), m.description.partition("\n")[0]) for m in models
    ]
    print_table([("name", "vectors", "size", "what it is"), *rows])
    say("Fetch one with: embedkit vectors fetch NAME")


def _lookup_row(record: LookedUp) -> tuple[str, str, str]:
    if record.vector is None:
        return record.word, "–", "not in the file"
    numbers = " ".join(f"{value:.6g}" for value in record.vector[:SHOWN])
    more = len(record.vector) - SHOWN
    return record.word, str(record.row), f"{numbers} … {more} more" if more > 0 else numbers


def _length(value: float) -> str:
    return f"{value:.3f}" if value == 0 or 1e-3 <= value < 1e6 else f"{value:.3g}"


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
