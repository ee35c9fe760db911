"""Vectors of gensim's catalogue (github.com/RaRe-Technologies/gensim-data), stored where gensim stores them.

This is `~/gensim-data`, or the folder that the environment variable GENSIM_DATA_DIR names when gensim is
imported. The Python module that comes with each data set is not run.
"""

from __future__ import annotations

import io
import logging
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from embedkit.errors import Fault, VectorFileError
from embedkit.files import digest

log = logging.getLogger(__name__)


class Model(NamedTuple):
    """Vectors that can be fetched: `size` in bytes, compressed; `md5` None where they come in parts."""

    name: str
    size: int
    vectors: int
    file: str
    md5: str | None
    description: str


def catalogue() -> list[Model]:
    """Return the vectors that can be fetched, sorted by name: from the network, or else from gensim's copy.

    If the copy is used, a warning is logged. Raises VectorFileError if there is neither.
    """
    from gensim import downloader

    with _gensim("the catalogue") as heard:
        models = downloader.info()["models"]
    if heard:
        log.warning("the catalogue is as %s has it: the network does not answer", downloader.BASE_DIR)
    return [_model(name, models[name]) for name in sorted(models) if not name.startswith("__")]


def fetch(name: str) -> Path:
    """Return the file of the vectors called `name`, which is downloaded unless it is there, and checked.

    Raises VectorFileError if the name is unknown, if there is no network, or if the checksum is wrong.
    """
    from gensim import downloader

    models = {model.name: model for model in catalogue()}
    if name not in models:
        raise VectorFileError(Fault.unknown("vectors", name, models))
    path = Path(downloader.BASE_DIR, name, models[name].file)
    if not path.exists():
        with _gensim(name), _temporary_files_in(downloader.BASE_DIR):
            downloader.load(name, return_path=True)
    _check(path, models[name].md5)
    return path


def _model(name: str, entry: dict[str, Any]) -> Model:
    md5 = entry.get("checksum") if entry.get("parts", 1) == 1 else None
    vectors = entry.get("num_records", 0)
    return Model(name, entry["file_size"], vectors, entry["file_name"], md5, entry.get("description", ""))


def _check(path: Path, md5: str | None) -> None:
    found = digest.md5(path)
    if md5 is not None and found != md5:
        hint = "Delete its folder and fetch it again."
        raise VectorFileError(Fault(f"its MD5 is {found}, not {md5}", where=str(path), hint=hint))


@contextmanager
def _gensim(what: str) -> Iterator[list[logging.LogRecord]]:
    """Turn exceptions of gensim's downloader into VectorFileErrors, and give the warnings that it logs.

    Its progress bar is shown on a terminal only.
    """
    heard: list[logging.LogRecord] = []
    logger = logging.getLogger("gensim.downloader")

    def hear(record: logging.LogRecord) -> bool:
        if record.levelno >= logging.WARNING:
            heard.append(record)
        return False

    logger.addFilter(hear)
    try:
        with redirect_stdout(sys.stderr if sys.stderr.isatty() else io.StringIO()):
            yield heard
    except Exception as error:  # gensim raises Exception itself
        hint = "It takes network access to github.com; a file that is already here needs no fetching."
        reason = getattr(error, "reason", error)
        raise VectorFileError(Fault(f"cannot be fetched: {reason}", where=what, hint=hint)) from error
    finally:
        logger.removeFilter(hear)


@contextmanager
def _temporary_files_in(folder: str) -> Iterator[None]:
    """Let gensim download into `folder`, near the final place, and leave nothing there after a failure."""
    before = tempfile.tempdir
    with tempfile.TemporaryDirectory(dir=folder, prefix=".fetch-") as temporary:
        tempfile.tempdir = temporary
        try:
            yield
        finally:
            tempfile.tempdir = before
