"""The writers of a run's files: one for the main process, one that writes nothing for the others."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.distributed.process_group import ALONE, ProcessGroup
from embedkit.files.system import folder_of_nameless_files, share
from embedkit.runs import layout
from embedkit.runs.csv_files import write_rows
from embedkit.runs.logs import log_to
from embedkit.runs.predictions import write_predictions

if TYPE_CHECKING:
    from torch import Tensor


def write_tensors(path: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write a safetensors file with default permissions. Raises OSError if it cannot be written."""
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    try:
        save_file(_apart(tensors), path)
    except SafetensorError as error:
        raise OSError(errno.EIO, str(error), str(path)) from error
    share(path)  # safetensors lets nobody but the owner read what it writes


def _apart(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors without shared memory, which safetensors refuses: tied weights stand there twice."""
    apart: dict[str, Tensor] = {}
    places: set[int] = set()
    for key, tensor in tensors.items():
        written = tensor.cpu().contiguous()
        place = written.untyped_storage().data_ptr()
        apart[key] = written.clone() if place in places else written
        places.add(place)
    return apart


class RunWriter:
    """Writes the files of a run into its working directory, for all processes of `group`.

    `resumed` is true if the run was interrupted before and is continued.
    """

    def __init__(self, partial: Path, resumed: bool = False, group: ProcessGroup = ALONE) -> None:
        self.directory = partial
        self.resumed = resumed
        self.group = group

    @property
    def checkpoints(self) -> Path:
        """Return the directory of the checkpoints, which exists only during the run."""
        return self.directory / layout.CHECKPOINTS

    @property
    def scratch(self) -> Path | None:
        """Return the folder for temporary files of the run; None for the system's temporary folder."""
        return folder_of_nameless_files(self.directory)

    def logged(self) -> AbstractContextManager[None]:
        """Write the events of the block to the run's log."""
        return log_to(self.directory / layout.LOG)

    def text(self, name: str, text: str) -> None:
        """Write a UTF-8 text file."""
        (self.directory / name).write_text(text, encoding="utf-8", newline="\n")

    def json(self, name: str, value: object) -> None:
        """Write an indented JSON file. Raises ValueError for NaN and infinity, which JSON does not have."""
        text = json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        # What UTF-8 cannot say, such as a byte of a file's name, stands as `\udcff`, which JSON reads back.
        self.text(name, text.encode(errors="backslashreplace").decode())

    def csv(self, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Write a CSV file with one header line; None is written as an empty cell."""
        write_rows(self.directory / name, header, rows)

    def predictions(self, header: Sequence[str], rows: Iterable[Sequence[object]], count: int) -> None:
        """Write the predictions of `count` texts, in CSV or Parquet."""
        write_predictions(self.directory, header, rows, count)

    def tensors(self, name: str, tensors: Mapping[str, Tensor]) -> None:
        """Write a safetensors file."""
        write_tensors(self.directory / name, tensors)


class Onlooker(RunWriter):
    """The writer of all processes but the main one: it writes nothing."""

    @property
    def scratch(self) -> None:
        """Return None, because the run directory may be on another machine."""
        return None

    def logged(self) -> AbstractContextManager[None]:
        """Give the block a log that is discarded: the main process writes the log and shows the warnings."""
        return log_to(Path(os.devnull))

    def text(self, name: str, text: str) -> None:
        """Let the main process write the file; this one writes nothing."""

    def csv(self, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Let the main process write the file; `rows` are not read."""

    def predictions(self, header: Sequence[str], rows: Iterable[Sequence[object]], count: int) -> None:
        """Let the main process write the file; `rows` are not read."""

    def tensors(self, name: str, tensors: Mapping[str, Tensor]) -> None:
        """Let the main process write the file; this one writes nothing."""
