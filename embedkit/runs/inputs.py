"""Check whether the files that a run has read are unchanged."""

from __future__ import annotations

import stat
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from embedkit.errors import DataError, Fault, RunError
from embedkit.files.digest import describe
from embedkit.recipe.document import Plain
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.recipe.build import Part
    from embedkit.runs.run import Run


def check_files(run: Run, part: Part, hint: str | None = None) -> None:
    """Raise RunError unless the files that a component reads are as `run` recorded them."""
    try:
        files = part.files()
    except DataError as error:
        faults = [Fault(fault.what, fault.where, fault.nearest, hint=hint) for fault in error.faults]
        raise RunError(*faults) from error
    refuse_changed(run, files, hint)


def refuse_changed(run: Run, files: Iterable[tuple[str, Path]], hint: str | None = None) -> None:
    """Raise RunError if one of `files`, given by recipe key, differs from what `run` recorded about it.

    A file of another size, a pipe or a device is refused without reading it.
    """
    recorded = run.read_json(layout.ENVIRONMENT)["inputs"]
    for where, path in files:
        if not _is_recorded(path, where, recorded.get(where, {}), hint):
            thing = "folder" if path.is_dir() else "file"
            what = f"'{path}' is not the {thing} that the model was trained with: its fingerprint differs"
            raise RunError(Fault(what, where=where, hint=hint))


def _is_recorded(path: Path, where: str, recorded: Plain, hint: str | None) -> bool:
    """Return whether a file has the recorded size and fingerprint. Raises RunError if it cannot be read."""
    how: Literal["full", "sampled"] = "full" if "sha256" in recorded else "sampled"
    try:
        status = path.stat()
        special = not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode))
        if special or (stat.S_ISREG(status.st_mode) and status.st_size != recorded.get("bytes")):
            return False
        return {**describe(path, how), "path": ""} == {**recorded, "path": ""}
    except OSError as error:
        what = f"'{path}' cannot be read: {error.strerror}"
        raise RunError(Fault(what, where=where, hint=hint)) from error
