"""The manifest of a run: the SHA-256 of each of its files, written last."""

from __future__ import annotations

import json
from pathlib import Path

from embedkit.errors import Fault, RunError
from embedkit.files.atomic import written_whole
from embedkit.files.digest import sha256
from embedkit.files.system import sync
from embedkit.runs import layout

_UNLISTED = (layout.MANIFEST, layout.LOG, layout.MARK, layout.UNFINISHED)


def make_durable(partial: Path) -> None:
    """Write all files of a run through to the disk, then remove the file that marks it as unfinished.

    Raises OSError if the disk does not take them.
    """
    for left in partial.glob(".*.json.*"):
        left.unlink()  # of a process that was killed while it wrote a file beside its place
    try:
        for path in _files(partial):
            sync(path)
    except (KeyboardInterrupt, SystemExit):
        _note_completion(partial)  # they are there, and as durable as what any program writes
        raise
    _note_completion(partial)


def seal(partial: Path) -> None:
    """Write the manifest of a complete run, or compare the files with the manifest if it exists.

    Raises RunError if a file differs from the manifest, and OSError if the manifest cannot be written.
    """
    made = {name: sha256(path) for name, path in _names(partial).items()}
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
    return sorted([*files, *partial.glob(f"{layout.FOLDS}/*/{layout.MANIFEST}")])


def _names(partial: Path) -> dict[str, Path]:
    names = {path.relative_to(partial).as_posix(): path for path in _files(partial)}
    return {name: path for name, path in names.items() if name not in _UNLISTED}


def _refuse_changed(partial: Path, made: dict[str, str]) -> None:
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
