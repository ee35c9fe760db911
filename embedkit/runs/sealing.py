"""The manifest of a run: the SHA-256 of each of its files, written last."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from embedkit.errors import Fault, RunError
from embedkit.files.atomic import is_temporary_directory, target_of, written_whole
from embedkit.files.digest import sha256
from embedkit.files.system import remove, sync
from embedkit.recipe.document import Plain
from embedkit.runs import layout
from embedkit.runs.axes import Axes

AXES = "axes"
"""The key of the manifest with the axes of a run; all others are names of files."""

NO_AXES = Axes()
_UNLISTED = (layout.MANIFEST, layout.LOG, layout.MARK, layout.UNFINISHED)


def make_durable(partial: Path) -> None:
    """Write all files of a run through to the disk, then remove the file that marks it as unfinished.

    Raises OSError if the disk does not take them.
    """
    _remove_what_kills_left(partial)
    try:
        for path in _files(partial):
            sync(path)
    except (KeyboardInterrupt, SystemExit):
        _note_completion(partial)  # they are there, and as durable as what any program writes
        raise
    _note_completion(partial)


def _remove_what_kills_left(partial: Path) -> None:
    """Remove the temporary files and directories of processes that were killed while they wrote the run."""
    for left in [*partial.iterdir(), *layout.inner_runs(partial)]:
        if (target_of(left.name) or "").endswith(".json") or is_temporary_directory(left.name):
            remove(left)


def seal(partial: Path, axes: Axes = NO_AXES) -> None:
    """Write the manifest of a complete run, or compare the files with the manifest if it exists.

    The manifest lists the `axes` of a run that is one of several. Raises RunError if a file or the axes
    differ from the manifest, and OSError if the manifest cannot be written.
    """
    _remove_what_kills_left(partial)  # a kill in here leaves an unfinished manifest in a complete run
    made: dict[str, Any] = {name: sha256(path) for name, path in _names(partial).items()}
    if axes != NO_AXES:
        made[AXES] = axes.to_json()
    if (partial / layout.MANIFEST).exists():
        _refuse_changed(partial, made)
        return
    with written_whole(partial / layout.MANIFEST) as file:
        file.write((json.dumps(made, indent=2) + "\n").encode())
    sync(partial)


def _note_completion(partial: Path) -> None:
    (partial / layout.UNFINISHED).unlink(missing_ok=True)


def _files(partial: Path) -> list[Path]:
    """Return the files of a run and the manifests of its inner runs."""
    files = [path for path in partial.iterdir() if path.is_file()]
    manifests = (inner / layout.MANIFEST for inner in layout.inner_runs(partial))
    return sorted([*files, *(path for path in manifests if path.is_file())])


def _names(partial: Path) -> dict[str, Path]:
    names = {path.relative_to(partial).as_posix(): path for path in _files(partial)}
    return {name: path for name, path in names.items() if name not in _UNLISTED}


def _refuse_changed(partial: Path, made: Plain) -> None:
    try:
        listed = json.loads((partial / layout.MANIFEST).read_bytes())
    except ValueError:
        listed = None
    if listed == made:
        return
    wrong = [layout.MANIFEST]
    if isinstance(listed, dict):
        wrong = [name for name in sorted({*listed, *made}) if listed.get(name) != made.get(name)]
    what = f"what the run wrote has changed since: {', '.join(wrong)}"
    raise RunError(Fault(what, where=str(partial), hint=f"To start afresh, remove {partial}."))
