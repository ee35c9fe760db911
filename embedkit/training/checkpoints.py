"""The checkpoints from which an interrupted training resumes; each of them is complete and verified.

A checkpoint is written under a temporary name, flushed to disk and renamed to `epoch-00012`, so that a kill
at any moment leaves the earlier checkpoints intact.
"""

from __future__ import annotations

import json
import logging
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, TrainingError
from embedkit.files.atomic import is_temporary_directory, made_whole
from embedkit.files.digest import sha256
from embedkit.files.system import remove
from embedkit.runs import layout
from embedkit.runs.directory import checkpoints_of
from embedkit.runs.writer import write_tensors

if TYPE_CHECKING:
    from torch import Tensor

TENSORS, STATE, MANIFEST = layout.CHECKPOINT_TENSORS, layout.CHECKPOINT_STATE, layout.MANIFEST


@dataclass(frozen=True)
class Checkpoint:
    """The state after `epoch` epochs: tensors by name, and everything else as plain JSON."""

    epoch: int
    tensors: Mapping[str, Tensor]
    state: Mapping[str, Any]


def damage(path: Path) -> str | None:
    """Return what is damaged in the checkpoint at `path`, or None if it is intact."""
    try:
        manifest = json.loads((path / MANIFEST).read_bytes())
        if manifest != {name: sha256(path / name) for name in (TENSORS, STATE)}:
            return "damaged, its SHA-256 is not that of the manifest"
    except OSError as error:
        return f"damaged, {Path(error.filename).name} cannot be read"
    except ValueError:
        return f"damaged, {MANIFEST} is not JSON"
    return None


def read(path: Path) -> Checkpoint:
    """Read the intact checkpoint at `path` into memory. Its files are not mapped and may be deleted."""
    from safetensors.torch import load

    state = json.loads((path / STATE).read_bytes())
    return Checkpoint(state.pop("epoch"), load((path / TENSORS).read_bytes()), state)


def write(directory: Path, checkpoint: Checkpoint) -> None:
    """Write `checkpoint` to `directory`, replacing what is there; it is complete or absent.

    Raises OSError if a file cannot be written, for example because the disk is full.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    with made_whole(directory) as made:
        write_tensors(made / TENSORS, checkpoint.tensors)
        (made / STATE).write_bytes(_json({"epoch": checkpoint.epoch, **checkpoint.state}))
        (made / MANIFEST).write_bytes(_json({name: sha256(made / name) for name in (TENSORS, STATE)}))


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


KEPT = 2
"""How many checkpoints are kept: the newest, and the one to fall back to."""

SECONDS = 10.0
"""How long it is from one checkpoint to the next where the recipe does not say."""

log = logging.getLogger(__name__)


class Checkpoints:
    """The checkpoints in `directory`, one written every `every` epochs, or none if `every` is 0.

    If `every` is None, a checkpoint is written after an epoch that ends ten seconds or more after the
    previous write, because flushing a file to disk takes longer than many an epoch; the state after any other
    epoch is held in memory for `flush`. `warn` is called with a message about each damaged checkpoint.
    """

    def __init__(self, directory: Path, every: int | None, warn: Callable[[str], None]) -> None:
        self.directory = directory
        self.every = every
        self.warn = warn
        self._held: Checkpoint | None = None
        self._written_at = time.monotonic()

    def newest(self) -> Checkpoint | None:
        """Return the newest intact checkpoint, or None. Warns of each damaged checkpoint and skips it."""
        for path in reversed(self.paths()):
            fault = damage(path)
            if fault is None:
                return read(path)
            self.warn(f"{path}: {fault}; taking the checkpoint before it")
            log.info("checkpoint damaged", extra={"path": str(path), "fault": fault})
        return None

    def save(self, checkpoint: Checkpoint) -> None:
        """Write `checkpoint` if one is due, and remove all but the newest two.

        If `every` is None and none is due, a copy is held in memory for `flush`. Raises TrainingError, which
        names the last intact checkpoint, if the checkpoint cannot be written.
        """
        if self.every is None and time.monotonic() < self._written_at + SECONDS:
            copies = {name: tensor.clone() for name, tensor in checkpoint.tensors.items()}
            self._held = replace(checkpoint, tensors=copies)
        elif self.every is None or (self.every and checkpoint.epoch % self.every == 0):
            self._save(checkpoint)

    def flush(self) -> None:
        """Write the checkpoint held in memory, if any, because training was interrupted."""
        if self._held is not None:
            self._save(self._held)

    def _save(self, checkpoint: Checkpoint) -> None:
        path = self.directory / f"epoch-{checkpoint.epoch:05d}"
        try:
            write(path, checkpoint)
        except OSError as error:
            raise self._unwritten(path, error) from error
        self._held, self._written_at = None, time.monotonic()
        self._prune()

    def paths(self) -> list[Path]:
        """Return the paths of the checkpoints on disk, oldest first."""
        return checkpoints_of(self.directory.parent)

    def _prune(self) -> None:
        for path in self.paths()[:-KEPT]:
            try:
                remove(path)
            except OSError as error:  # it is in no way: the training goes on, and the next time removes it
                log.warning("%s: stays: %s", path, error.strerror)
        for path in self.directory.iterdir():
            if is_temporary_directory(path.name):  # of a process that was killed while it wrote
                shutil.rmtree(path, ignore_errors=True)

    def _unwritten(self, path: Path, error: OSError) -> TrainingError:
        good = [kept for kept in self.paths() if damage(kept) is None]
        last = f"The last good one is {good[-1]}: make room and go on with --resume." if good else None
        what = f"the checkpoint cannot be written: {error.strerror or error}"
        return TrainingError(Fault(what, where=str(path), hint=last))
