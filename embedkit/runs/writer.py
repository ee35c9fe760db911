"""What writes the files of a run: in the main process a writer, in the others one that writes nothing."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from embedkit.distributed.process_group import ALONE, World
from embedkit.files.system import folder_of_nameless_files, umask
from embedkit.runs.csv_files import write_rows
from embedkit.runs.logs import log_to
from embedkit.runs.predictions import write_predictions

LOG = "log.jsonl"
CHECKPOINTS = "checkpoints"


def write_tensors(path: Path, tensors: Mapping[str, Any]) -> None:
    """A safetensors file, with the permissions of other files. Raises OSError where it cannot be written."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    try:
        save_file({key: tensor.cpu().contiguous() for key, tensor in tensors.items()}, path)
    except SafetensorError as error:
        raise OSError(errno.EIO, str(error), str(path)) from error
    path.chmod(0o666 & ~umask())  # safetensors lets nobody but the owner read what it writes


class RunWriter:
    """Writes the files of a run into its partial directory, for all processes of `world`.

    `resumed` tells that it goes on with a run.
    """

    def __init__(self, partial: Path, resumed: bool = False, world: World = ALONE) -> None:
        self.directory = partial
        self.resumed = resumed
        self.world = world

    @property
    def checkpoints(self) -> Path:
        """Where the run keeps its checkpoints while it is under way."""
        return self.directory / CHECKPOINTS

    @property
    def scratch(self) -> Path | None:
        """Where files may stand that nobody needs after the run; None: in the system's temporary folder."""
        return folder_of_nameless_files(self.directory)

    def logged(self) -> AbstractContextManager[None]:
        """The block's events go to the run's log."""
        return log_to(self.directory / LOG)

    def text(self, name: str, text: str) -> None:
        """A UTF-8 file."""
        (self.directory / name).write_text(text, encoding="utf-8", newline="\n")

    def json(self, name: str, value: object) -> None:
        """A JSON document, indented; NaN and infinity are refused, as JSON has neither."""
        text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        # What UTF-8 cannot say, such as a byte of a file's name, stands as `\udcff`, which JSON reads back.
        self.text(name, text.encode(errors="backslashreplace").decode())

    def csv(self, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A CSV file with one header line; None is an empty cell."""
        write_rows(self.directory / name, header, rows)

    def predictions(self, header: Sequence[str], rows: Iterable[Sequence[object]], count: int) -> None:
        """The predictions of `count` texts, in CSV or Parquet."""
        write_predictions(self.directory, header, rows, count)

    def tensors(self, name: str, tensors: Mapping[str, Any]) -> None:
        """A safetensors file."""
        write_tensors(self.directory / name, tensors)


class Onlooker(RunWriter):
    """The writer of a process that is not the main one: whatever it is given, it writes nothing."""

    @property
    def scratch(self) -> None:
        """The run's directory may be on another machine."""
        return None

    def logged(self) -> AbstractContextManager[None]:
        """The main process keeps the log; what is warned of here as there, is heard there."""
        return log_to(Path(os.devnull))

    def text(self, name: str, text: str) -> None:
        """Nothing is written."""

    def csv(self, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Nothing is written, and `rows` are not asked for."""

    def predictions(self, header: Sequence[str], rows: Iterable[Sequence[object]], count: int) -> None:
        """Nothing is written, and `rows` are not asked for."""

    def tensors(self, name: str, tensors: Mapping[str, Any]) -> None:
        """Nothing is written."""
