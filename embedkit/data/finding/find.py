"""Find the reader of a file or folder of labelled texts."""

from __future__ import annotations

import json
from pathlib import Path

from embedkit.data.finding.folder import find_folder
from embedkit.data.finding.found import Found, Wishes
from embedkit.data.finding.records import (
    LABELLED,
    find_json_lines,
    find_labelled_lines,
    find_parquet,
    is_json_line,
)
from embedkit.data.finding.sample import Sample
from embedkit.data.finding.table import find_table
from embedkit.errors import DataError, Fault
from embedkit.files.opening import open_bytes

FORMATS = ("csv", "tsv", "jsonl", "parquet", "labelled-lines", "folder")
"""Readers that `--format` may name."""

LOOKED_AT = 100
"""Lines that tell the format."""

NO_WISHES = Wishes()


def find_reader(path: str | Path, wishes: Wishes = NO_WISHES) -> Found:
    """Return how to read the labelled texts of a file, from a sample of it.

    Raises DataError for a file that cannot be read or is something else; if its format, a column or the
    header cannot be told, the error names the flag that tells it.
    """
    where = str(Path(path).expanduser().absolute())
    if wishes.format is not None and wishes.format not in FORMATS:
        raise DataError(Fault.unknown("format", wishes.format, FORMATS, where="--format"))
    _refuse_missing(where)
    if Path(where).is_dir() or wishes.format == "folder":
        return find_folder(Path(where), wishes)
    format = wishes.format or _format_of_name(where)
    if format == "parquet" or (format is None and _begins_as_parquet(where)):
        return find_parquet(where, wishes)
    sample = Sample.of(where)
    format = format or _format_of_content(sample)
    if format == "jsonl":
        return find_json_lines(sample, wishes)
    if format == "labelled-lines":
        return find_labelled_lines(sample, wishes)
    return find_table(sample, wishes)


def _refuse_missing(path: str) -> None:
    """Raise DataError if there is no such file, or it cannot be reached."""
    try:
        Path(path).stat()
    except FileNotFoundError as error:
        raise DataError(Fault("does not exist", path)) from error
    except (OSError, ValueError) as error:
        raise DataError(Fault(f"cannot be read: {getattr(error, 'strerror', error)}", path)) from error


def _format_of_name(path: str) -> str | None:
    """Return the format if the name tells it reliably, or else None: what is called .csv may be anything."""
    suffixes = [suffix.lower() for suffix in Path(path).suffixes]
    return "jsonl" if {".jsonl", ".ndjson"} & {*suffixes[-2:]} else None


def _begins_as_parquet(path: str) -> bool:
    with open_bytes(path) as file:
        return file.read(4) == b"PAR1"


def _format_of_content(sample: Sample) -> str:
    """Return the format that the content shows. Raises DataError for JSON that is not JSON Lines."""
    text = sample.text(sample.encoding())
    lines = [line for line in text.split("\n") if line.strip()][:LOOKED_AT]
    if not lines:
        raise DataError(Fault("is empty: there is no text in it", sample.path))
    if is_json_line(lines[0]):
        return "jsonl"
    if sum(LABELLED.match(line) is not None for line in lines) > len(lines) / 2:
        return "labelled-lines"
    if _is_json(text, sample.whole):
        hint = 'Write it as JSON Lines, one object per line: {"text": …, "label": …}'
        raise DataError(Fault("is one JSON document, which is not read row by row", sample.path, hint=hint))
    return "table"


def _is_json(text: str, whole: bool) -> bool:
    """Return whether the text is a JSON document, or may be the beginning of one."""
    if not text.lstrip().startswith(("{", "[{", "[\n", "[ ", "[\r")):
        return False
    try:
        json.loads(text)
    except json.JSONDecodeError:
        return not whole
    except RecursionError:
        return True
    return True
