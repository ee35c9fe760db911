"""The run directory: complete or absent, never half-written.

While a run is under way it lives in `DIR.partial/`, held by a lock; when everything is written and listed in
the manifest it is renamed. What is called `DIR` is complete. A partial directory with checkpoints
is kept until the run is resumed or somebody removes it.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from embedkit.errors import Fault, RunError, TrainingError
from embedkit.files.system import sync
from embedkit.fingerprint import sha256
from embedkit.runs.writer import CHECKPOINTS, LOG, Onlooker, RunWriter
from embedkit.world import ALONE, World

MANIFEST = "manifest.json"
FOLDS = "folds"
"""Where the runs stand, as directories, that a run of several folds or seeds is made of."""

_NO_ROOM = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)


def default_directory(name: str) -> Path:
    """`runs/<name>-<UTC time>` below the current directory."""
    return Path("runs") / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


def run_directory(name: str, out: str | os.PathLike[str] | None, resume: bool = False) -> Path:
    """Where a run goes: `out`, or else the default. Raises RunError for a resumed run without `out`."""
    if resume and not out:
        hint = "Name the directory of the run that was interrupted: --out DIR."
        raise RunError(Fault("there is nothing to resume in a new directory", hint=hint))
    return Path(out) if out else default_directory(name)


def partial_of(directory: Path) -> Path:
    """Where a run lives while it is under way."""
    return directory.with_name(directory.name + ".partial")


def checkpoints_of(directory: Path) -> list[Path]:
    """The checkpoints in a run directory, oldest first; those half-written are not among them."""
    return sorted(path for path in (directory / CHECKPOINTS).glob("epoch-*") if not path.suffix)


def progress_of(directory: Path) -> list[Path]:
    """What an unfinished run can go on from, oldest first: its checkpoints, or finished runs and theirs."""
    inner = sorted((directory / FOLDS).glob("*"), key=lambda path: (path.suffix, numbers_in(path.name)))
    kept = [checkpoints_of(path) if path.suffix else [path] for path in inner]
    return [*checkpoints_of(directory), *chain.from_iterable(kept)]


def numbers_in(name: str) -> tuple[int, ...]:
    """The numbers in a name such as `fold-10-seed-1`, to sort by."""
    return tuple(map(int, re.findall(r"\d+", name)))


@contextmanager
def create_run(directory: Path, resume: bool = False, world: World = ALONE) -> Iterator[RunWriter]:
    """Write a run: what the block wrote becomes `directory` when it ends well.

    When it raises, the partial directory stays if it holds a checkpoint, and vanishes if not. With `resume`
    the block finds what an earlier one left, where that has a checkpoint. Every process of `world` runs the
    block, and the main one alone writes. Raises RunError where `directory` exists already, another process
    is writing it, or without `resume` there is something to resume; and TrainingError where there is no room
    to write.
    """
    with _held(directory) if world.main else nullcontext(), write_run(directory, resume, world) as writer:
        yield writer


@contextmanager
def write_run(directory: Path, resume: bool, world: World = ALONE) -> Iterator[RunWriter]:
    """As `create_run`, for a directory that nobody else can be writing: that of a run inside another one."""
    if world.main:
        with _written(directory, resume, world) as writer:
            world.from_main(lambda: writer.resumed)
            yield writer
    else:
        yield Onlooker(partial_of(directory), world.from_main(lambda: False), world)
    world.wait()


@contextmanager
def _written(directory: Path, resume: bool, world: World) -> Iterator[RunWriter]:
    """Write into the partial directory, and rename it."""
    partial = partial_of(directory)
    resumed = _clear(partial, resume)
    try:
        yield RunWriter(partial, resumed, world)
        _seal(partial)
    except BaseException as error:
        if not progress_of(partial):
            shutil.rmtree(partial, ignore_errors=True)
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            raise _no_room(partial, error) from error
        raise
    partial.rename(directory)
    sync(directory.parent)
    drop_checkpoints(directory)


def drop_checkpoints(directory: Path) -> None:
    """A finished run needs none."""
    shutil.rmtree(directory / CHECKPOINTS, ignore_errors=True)


def _clear(partial: Path, resume: bool) -> bool:
    """Make room for a run; whether there is one to go on with."""
    if progress_of(partial):
        if resume:
            return True
        hint = f"--resume goes on with it; to start afresh, remove {partial}."
        raise RunError(Fault("an unfinished run with checkpoints is here", where=str(partial), hint=hint))
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    return False


def _no_room(partial: Path, error: OSError) -> TrainingError:
    kept = progress_of(partial)
    hint = f"The last good checkpoint is {kept[-1]}: make room and go on with --resume." if kept else None
    where = str(error.filename or partial)
    return TrainingError(Fault(f"cannot be written: {error.strerror}", where=where, hint=hint))


@contextmanager
def _held(directory: Path) -> Iterator[None]:
    """Hold a directory that does not exist yet against other runs."""
    import filelock

    directory.parent.mkdir(parents=True, exist_ok=True)
    path = directory.with_name(directory.name + ".lock")
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise RunError(Fault("another run is writing this directory", where=str(directory))) from None
    try:
        _refuse_existing(directory)
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()


def _refuse_existing(directory: Path) -> None:
    if directory.exists():
        hint = "Choose another --out, or remove it; finished runs are never overwritten."
        raise RunError(Fault("the directory exists already", where=str(directory), hint=hint))


def _seal(partial: Path) -> None:
    """List what was written, of runs inside it their manifests, and make it durable."""
    files = [path for path in partial.iterdir() if path.is_file()]
    written = [*files, *partial.glob(f"{FOLDS}/*/{MANIFEST}")]
    names = {path.relative_to(partial).as_posix(): path for path in sorted(written)}
    manifest = {name: sha256(path) for name, path in names.items() if name not in (MANIFEST, LOG)}
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8", newline="\n")
    for path in (*written, partial / MANIFEST):
        sync(path)
    sync(partial)
