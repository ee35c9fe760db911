"""The run directory: complete or absent, never half-written.

While a run is under way it lives in `DIR.partial/`, held by a lock; when everything is written and listed in
the manifest it is renamed. What is called `DIR` is complete.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from embedkit.errors import Fault, RunError
from embedkit.fingerprint import sha256

MANIFEST = "manifest.json"
LOG = "log.jsonl"


def default_directory(name: str) -> Path:
    """`runs/<name>-<UTC time>` below the current directory."""
    return Path("runs") / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def partial_of(directory: Path) -> Path:
    """Where a run lives while it is under way."""
    return directory.with_name(directory.name + ".partial")


class RunWriter:
    """Writes the files of a run into its partial directory."""

    def __init__(self, partial: Path) -> None:
        self.directory = partial

    def text(self, name: str, text: str) -> None:
        """A UTF-8 file."""
        (self.directory / name).write_text(text, encoding="utf-8", newline="\n")

    def json(self, name: str, value: object) -> None:
        """A JSON document, indented; NaN and infinity are refused, as JSON has neither."""
        self.text(name, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def csv(self, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A CSV file with one header line, as RFC 4180 quotes, lines ending in LF."""
        with (self.directory / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)

    def tensors(self, name: str, tensors: Mapping[str, Any]) -> None:
        """A safetensors file."""
        from safetensors.torch import save_file

        save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, self.directory / name)


@contextmanager
def create_run(directory: Path) -> Iterator[RunWriter]:
    """Write a run: what the block wrote becomes `directory` when it ends well, and vanishes when it raises.

    Raises RunError where `directory` exists already or another process is writing it.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_of(directory)
    with _locked(directory):
        _refuse_existing(directory)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            yield RunWriter(partial)
            _seal(partial)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        partial.rename(directory)
        _sync(directory.parent)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    import filelock

    path = directory.with_name(directory.name + ".lock")
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise RunError(Fault("another run is writing this directory", where=str(directory))) from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()


def _refuse_existing(directory: Path) -> None:
    if directory.exists():
        hint = "Choose another --out, or remove it; finished runs are never overwritten."
        raise RunError(Fault("the directory exists already", where=str(directory), hint=hint))


def _seal(partial: Path) -> None:
    files = sorted(path for path in partial.iterdir() if path.name not in (MANIFEST, LOG))
    manifest = {path.name: sha256(path) for path in files}
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    for path in partial.iterdir():
        _sync(path)
    _sync(partial)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
