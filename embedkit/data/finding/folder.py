"""A folder per label, with a file per text, as the IMDB reviews are distributed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from embedkit.data.finding.found import Found, Wishes
from embedkit.data.finding.records import coded, refuse_columns
from embedkit.data.finding.sample import Sample
from embedkit.errors import DataError, Fault, listed
from embedkit.files.opening import head_of, open_bytes

FILES = 256
"""Files that are looked at for their encoding."""

BEGINNING = 4096
"""Bytes that are looked at of each."""

SPLITS = frozenset({"train", "training", "test", "testing", "valid", "validation", "val", "dev"})
"""Names of folders that are no labels, if all are such names."""

TABLES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet"})
"""Suffixes of files with more than one text."""

SHOWN = 6
"""Labels and files that are named."""


def find_folder(folder: Path, wishes: Wishes) -> Found:
    """Return the reader of a folder per label.

    Raises DataError for a folder of something else, naming what in it may be meant.
    """
    refuse_columns(wishes, "a folder", str(folder))
    labels = label_folders(folder)
    named_as_splits = {label.name.lower() for label in labels} <= SPLITS
    if len(labels) < 2 or named_as_splits or any(next(_files([each])).suffix in TABLES for each in labels):
        raise DataError(_other_folder(folder))
    encoding = _encoding(folder, labels)
    classes = ", ".join(listed([label.name for label in labels], SHOWN))
    spec = {"use": "folder", "path": str(folder), **coded(encoding)}
    return Found(spec, f"{folder.name}: folder, {encoding}; {len(labels):,} classes: {classes}")


def label_folders(folder: Path) -> list[Path]:
    """Return the folders in a folder that have files, sorted by name; DataError if one cannot be read."""
    folders = [each for each in _visible(folder) if each.is_dir()]
    return [each for each in folders if any(file.is_file() for file in _visible(each))]


def _other_folder(folder: Path) -> Fault:
    """Return a fault for a folder that has no folders of labels, with what in it may be meant."""
    what = "has no two folders with texts, one for each label"
    inside = [each for each in _visible(folder) if each.is_dir() and len(label_folders(each)) > 1]
    all_files = (*_visible(folder), *_files(label_folders(folder)))
    files = [each for each in all_files if each.suffix in (*TABLES, ".txt", ".gz") and each.is_file()]
    meant = [str(each.relative_to(folder)) for each in inside or files]
    named = f"Name one of what is in it: {', '.join(listed(meant, SHOWN))}" if meant else None
    return Fault(what, str(folder), hint=named)


def _visible(folder: Path) -> list[Path]:
    """Return what is in the folder, sorted by name, without hidden files."""
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise DataError(Fault(f"cannot be read: {error.strerror}", str(folder))) from error


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from (each for each in _visible(folder) if each.is_file())


def _encoding(folder: Path, labels: Sequence[Path]) -> str:
    """Return the likeliest encoding of the texts, by the beginnings of some in each folder."""
    of_each = max(1, FILES // len(labels))
    some = [file for label in labels for file in islice(_files([label]), of_each)]
    return Sample(str(folder), b"\n".join(_beginning(file) for file in some), (), True).encoding()


def _beginning(file: Path) -> bytes:
    """Return the first words of a file. Raises DataError if it is no text."""
    head_of(str(file))
    with open_bytes(str(file)) as opened:
        content = opened.read(BEGINNING)
    return content if len(content) < BEGINNING else content.rpartition(b" ")[0]
