"""The run directory: complete or absent, never half-written.

During a run, all files are in a working directory next to `DIR`, which is marked and locked. It is renamed to
`DIR` when every file is written and listed in the manifest, so a directory called `DIR` is complete. A
working directory that holds a checkpoint, or a complete run that could not be renamed, is kept until the run
is resumed or somebody removes it.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from embedkit.distributed.process_group import ALONE, ProcessGroup
from embedkit.errors import Fault, RunError, TrainingError, UnmovedRunError
from embedkit.files.system import sync
from embedkit.runs import layout
from embedkit.runs.axes import Axes
from embedkit.runs.sealing import NO_AXES, make_durable, seal
from embedkit.runs.working import (
    NO_ROOM,
    PARTIAL,
    Hold,
    clear,
    held,
    is_complete,
    make,
    partial_of,
    unmark,
)
from embedkit.runs.writer import Onlooker, RunWriter

__all__ = [
    "checkpoints_of",
    "create_run",
    "default_directory",
    "drop_leftovers",
    "finish_run",
    "is_finished",
    "partial_of",
    "progress_of",
    "run_directory",
    "write_run",
]


def default_directory(name: str) -> Path:
    """Return `runs/<name>-<UTC time>`, a path relative to the current directory."""
    return Path("runs") / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def run_directory(name: str, out: str | os.PathLike[str] | None, resume: bool = False) -> Path:
    """Return the directory of a run: `out`, or the default. Raises RunError if a resumed run has no `out`."""
    if resume and not out:
        hint = "Name the directory of the run that was interrupted: --out DIR."
        raise RunError(Fault("there is nothing to resume in a new directory", hint=hint))
    return Path(out) if out else default_directory(name)


def checkpoints_of(directory: Path) -> list[Path]:
    """Return the complete checkpoints in a run directory, oldest first; none if the run removes them now."""
    try:
        return sorted(path for path in (directory / layout.CHECKPOINTS).glob("epoch-*") if not path.suffix)
    except FileNotFoundError:
        return []


def progress_of(directory: Path) -> list[Path]:
    """Return what an unfinished run can be resumed from, oldest first.

    This includes its own checkpoints, then its finished inner runs and the checkpoints of unfinished ones.
    """
    inner = sorted(layout.inner_runs(directory), key=lambda path: (path.suffix == PARTIAL, *_begun(path)))
    kept = [
        checkpoints_of(path) if path.suffix == PARTIAL and not is_complete(path) else [path] for path in inner
    ]
    return [*checkpoints_of(directory), *chain.from_iterable(kept)]


def _begun(directory: Path) -> tuple[int, str]:
    """Return when a run was begun, in nanoseconds, and its name, as a sort key; 0 if that cannot be told."""
    try:
        return (directory / layout.RECIPE).stat().st_mtime_ns, directory.name
    except OSError:
        return 0, directory.name


@contextmanager
def create_run(
    directory: Path, resume: bool = False, group: ProcessGroup = ALONE, axes: Axes = NO_AXES
) -> Iterator[RunWriter]:
    """Make a run directory: yield a writer, and rename the working directory when the block ends well.

    If the block raises, the working directory is kept if it holds a checkpoint, and removed otherwise. With
    `resume`, an interrupted run that has a checkpoint is continued in its working directory. Every process of
    `group` runs the block, but only the main one writes. `axes` are listed in the manifest.

    Raises RunError if `directory` exists, if something else has the name of its working directory, if another
    process is writing it, or if there is a run to resume and `resume` is not set; TrainingError if the disk
    is full; and UnmovedRunError if the finished run cannot be renamed, in which case it is kept.
    """
    with (
        _reserved(directory) if group.is_main else nullcontext() as hold,
        _run(directory, resume, group, hold, axes) as writer,
    ):
        yield writer


@contextmanager
def write_run(
    directory: Path, resume: bool, group: ProcessGroup = ALONE, axes: Axes = NO_AXES
) -> Iterator[RunWriter]:
    """Make the directory of a run inside another run, as `create_run` does, but without a lock of its own."""
    with _run(directory, resume, group, Hold(partial_of(directory)), axes) as writer:
        yield writer


def is_finished(directory: Path) -> bool:
    """Return whether a directory holds a finished run."""
    try:
        return (directory / layout.MANIFEST).is_file()
    except OSError:  # a name that is too long, or a directory that may not be looked into
        return False


def finish_run(
    directory: Path, check: Callable[[Path], object], inner: bool = False, axes: Axes = NO_AXES
) -> bool:
    """Give a complete run that was not renamed its final name; return False if there is none.

    `check` gets the working directory and may raise. Raises RunError as `create_run` does, and if a file has
    changed since the run wrote it. An `inner` run needs no lock, because the outer run holds one.
    """
    partial = partial_of(directory)
    if not is_complete(partial):
        return False
    with nullcontext(Hold(partial)) if inner else _reserved(directory) as hold:
        if not is_complete(partial):
            return False
        check(partial)
        _finish(hold, directory, axes)
    return True


def drop_leftovers(directory: Path) -> None:
    """Remove the checkpoints and the mark of a finished run."""
    _drop_checkpoints(directory)
    with suppress(OSError):
        unmark(directory)


def _drop_checkpoints(directory: Path) -> None:
    shutil.rmtree(directory / layout.CHECKPOINTS, ignore_errors=True)


@contextmanager
def _reserved(directory: Path) -> Iterator[Hold]:
    """Make and lock the working directory of a run. Raises RunError if `directory` exists."""
    _refuse_existing(directory)
    with held(partial_of(directory)) as hold:
        try:
            _refuse_existing(directory)
        except RunError:
            _discard_without_progress(hold)
            raise
        yield hold


@contextmanager
def _run(
    directory: Path, resume: bool, group: ProcessGroup, hold: Hold | None, axes: Axes
) -> Iterator[RunWriter]:
    """Yield a RunWriter in the main process, and an Onlooker, which writes nothing, in the others."""
    if group.is_main and hold is not None:
        with _written(directory, resume, group, hold, axes) as writer:
            group.broadcast(lambda: writer.resumed)
            yield writer
    else:
        yield Onlooker(partial_of(directory), group.broadcast(lambda: False), group)
    group.barrier()


@contextmanager
def _written(
    directory: Path, resume: bool, group: ProcessGroup, hold: Hold, axes: Axes
) -> Iterator[RunWriter]:
    """Yield a writer for the working directory, and rename the directory afterwards.

    Raises TrainingError if the disk is full.
    """
    resumed = _prepare(hold.partial, directory, resume)
    try:
        yield RunWriter(hold.partial, resumed, group)
        make_durable(hold.partial)
    except BaseException as error:
        _discard_without_progress(hold)
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            raise _no_room(hold.partial, error) from error
        raise
    _finish(hold, directory, axes)


def _discard_without_progress(hold: Hold) -> None:
    if not (is_complete(hold.partial) or progress_of(hold.partial)):
        hold.discard()


def _finish(hold: Hold, directory: Path, axes: Axes) -> None:
    """Write the manifest of a complete run, remove its checkpoints, and rename its directory.

    Raises UnmovedRunError if that fails, and RunError if a file differs from the manifest.
    """
    try:
        seal(hold.partial, axes)
        _drop_checkpoints(hold.partial)
        if os.path.lexists(directory):
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        hold.move(directory)
    except OSError as error:
        raise _unmoved(hold.partial, directory, error) from error
    with suppress(OSError):  # the run is there; what follows makes it tidy, and its name durable
        unmark(directory)
        sync(directory.parent)


def _prepare(partial: Path, directory: Path, resume: bool) -> bool:
    """Make or clear the working directory; return whether there is a run to resume.

    Raises RunError if a finished run is there, or an unfinished one and `resume` is not set.
    """
    if not os.path.lexists(partial):
        make(partial)
    if is_complete(partial):
        what = "a finished run is here that did not get its name"
        hint = f"--resume moves it to {directory}; to start afresh, remove {partial}."
        raise RunError(Fault(what, where=str(partial), hint=hint))
    if not progress_of(partial):
        clear(partial)
        return False
    if not resume:
        hint = f"--resume goes on with it; to start afresh, remove {partial}."
        raise RunError(Fault("an unfinished run with checkpoints is here", where=str(partial), hint=hint))
    return True


def _no_room(partial: Path, error: OSError) -> TrainingError:
    kept = progress_of(partial)
    hint = f"The last good checkpoint is {kept[-1]}: make room and go on with --resume." if kept else None
    where = str(error.filename or partial)
    return TrainingError(Fault(f"cannot be written: {error.strerror}", where=where, hint=hint))


def _unmoved(partial: Path, directory: Path, error: OSError) -> UnmovedRunError:
    what = f"the run is finished, and cannot be given this name: {error.strerror}"
    hint = f"All of it is in {partial}: --resume moves it once that can be done."
    return UnmovedRunError(Fault(what, where=str(directory), hint=hint))


def _refuse_existing(directory: Path) -> None:
    if directory.name not in ("", "..") and not os.path.lexists(directory):
        return
    partial = partial_of(directory)
    what = "the directory exists already"
    hint = "Choose another --out, or remove it; finished runs are never overwritten."
    if directory.is_symlink() and not directory.exists():
        what = f"the name is taken by a link to {directory.readlink()}, where nothing is"
    elif directory.exists() and not directory.is_dir():
        what = "there is a file of this name"
    if is_complete(partial):
        hint = f"The finished run that should have this name is in {partial}: --resume moves it here once"
        hint += " the name is free."
    raise RunError(Fault(what, where=str(directory), hint=hint))
