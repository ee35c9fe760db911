"""Files with one record per row: JSON Lines, Parquet, and fastText's lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.data.finding.columns import NAMED, choose_columns
from embedkit.data.finding.found import Column, Found, Wishes
from embedkit.data.finding.names import label_rank
from embedkit.data.finding.sample import Sample
from embedkit.data.finding.saying import said
from embedkit.errors import DataError, Fault
from embedkit.recipe.document import Plain

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile

ROWS = 3_000
"""Rows of the head that columns are chosen by."""

ROWS_OF_PIECE = 200

GROUPS = 8
"""Row groups of a Parquet file that are looked at."""

PREFIX = "__label__"
LABELLED = re.compile(rf"{PREFIX}(\S+)(?=[ \t]|$)")

Record = Mapping[str, object]


def find_json_lines(sample: Sample, wishes: Wishes) -> Found:
    """Return the reader of JSON Lines. Raises DataError if a line is no object, or no key fits."""
    encoding = sample.encoding()
    records = [*_records(sample.text(encoding), sample.path)]
    for text in sample.further(encoding):
        records += islice(_readable(text), ROWS_OF_PIECE)
    return _of_records(
        {"use": "jsonl", "path": sample.path, **coded(encoding)}, records, wishes, sample.whole
    )


def is_json_line(line: str) -> bool:
    """Return whether a line is a JSON object."""
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _records(text: str, path: str) -> Iterator[Record]:
    for number, line in enumerate(islice(text.rstrip().split("\n"), ROWS), 1):
        if not is_json_line(line):
            hint = 'JSON Lines have one object per line: {"text": …, "label": …}'
            raise DataError(Fault("the line is not a JSON object", f"{path}:{number}", hint=hint))
        yield json.loads(line)


def _readable(text: str) -> Iterator[Record]:
    return (json.loads(line) for line in text.split("\n") if is_json_line(line))


def find_parquet(path: str, wishes: Wishes) -> Found:
    """Return the reader of a Parquet file. Raises DataError if it cannot be read, or no column fits."""
    from pyarrow import ArrowException
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(path) as file:
            groups = [*range(file.num_row_groups)][:: max(1, file.num_row_groups // GROUPS)]
            names = [field.name for field in file.schema_arrow if field.type.num_fields == 0]
            records = [each for group in groups for each in _first_rows(file, group, names)]
            whole = len(records) == file.metadata.num_rows
            metadata = file.schema_arrow.metadata or {}
    except (ArrowException, OSError) as error:
        raise DataError(Fault(f"not a readable Parquet file: {error}", path)) from error
    if not records:
        raise DataError(Fault("has no rows", path))
    found = _of_records({"use": "parquet", "path": path}, records, wishes, whole)
    named = _class_names(metadata.get(b"huggingface", b"{}"), found.spec["label"])
    fits = {str(record[found.spec["label"]]) for record in records} <= {*named}
    return replace(found, spec={**found.spec, "label_map": named}) if named and fits else found


def _class_names(metadata: bytes, label: str) -> dict[str, str]:
    """Return the names of the classes by number, as Hugging Face's datasets writes them; empty if none."""
    try:
        names = json.loads(metadata)["info"]["features"][label]["names"]
        return {str(number): name for number, name in enumerate(names) if isinstance(name, str)}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}


def _first_rows(file: ParquetFile, group: int, names: Sequence[str]) -> list[Record]:
    batches = file.iter_batches(ROWS // GROUPS, row_groups=[group], columns=names)
    return [record for batch in islice(batches, 1) for record in batch.to_pylist()]


def find_labelled_lines(sample: Sample, wishes: Wishes) -> Found:
    """Return the reader of fastText's lines. Raises DataError for several labels in a line, or one in all."""
    refuse_columns(wishes, "labelled-lines", sample.path)
    encoding = sample.encoding()
    lines = [*sample.text(encoding).rstrip().split("\n")]
    for text in sample.further(encoding):
        lines += text.split("\n")[:-1]
    labels = [LABELLED.findall(line) for line in lines]
    several = next((number for number, those in enumerate(labels, 1) if len(those) > 1), None)
    if several is not None:
        hint = (
            "A recipe reads them: `separator` of labelled-lines and data.label_separator, the same for both."
        )
        raise DataError(Fault(f"line {several} has several labels", sample.path, hint=hint))
    classes = len({label for those in labels for label in those})
    if classes < 2 and sample.whole:
        raise DataError(Fault("every line has the same label, and two are needed", sample.path))
    spec = {"use": "labelled-lines", "path": sample.path, **coded(encoding)}
    least = "" if sample.whole else "at least "
    return Found(spec, f"{Path(sample.path).name}: labelled-lines, {encoding}; {least}{classes:,} classes")


def refuse_columns(wishes: Wishes, reader: str, path: str) -> None:
    """Raise DataError if the user names columns of a file that has none."""
    flags = {"--text": wishes.text, "--label": wishes.label, "--group": wishes.group}
    named = [flag for flag, name in flags.items() if name is not None]
    if named:
        raise DataError(Fault(f"{reader} has no columns, so {named[0]} names nothing", path))


def coded(encoding: str) -> Plain:
    """Return the key of a reader for an encoding, unless it is the reader's default."""
    return {} if encoding == "utf-8" else {"encoding": encoding}


def _of_records(spec: Plain, records: Sequence[Record], wishes: Wishes, whole: bool) -> Found:
    names = [*dict.fromkeys(name for record in records for name in record)]
    columns = [Column(name, [_written(record.get(name)) for record in records]) for name in names]
    path: str = spec["path"]
    _refuse_lists(records, wishes, path)
    roles = choose_columns(columns, wishes, whole, path)
    how = [spec.get("encoding", "utf-8")] if spec["use"] == "jsonl" else []
    return Found({**spec, **roles.spec()}, said(path, spec["use"], how, roles))


def _refuse_lists(records: Sequence[Record], wishes: Wishes, path: str) -> None:
    """Raise DataError if the column of the labels has lists: such texts have several labels."""
    for name, value in records[0].items():
        wanted = name == wishes.label if wishes.label else label_rank(name) >= NAMED
        if wanted and isinstance(value, list):
            hint = "A recipe with data.label_separator is for such texts; --label names another column."
            raise DataError(Fault(f"the labels in '{name}' are lists", path, hint=hint))


def _written(value: object) -> str | None:
    """Return a string, number or boolean as text, and None for anything else."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if isinstance(value, str | bool | int | float) else None
