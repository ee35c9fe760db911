"""Checkpoints: what an interrupted training goes on from, each complete and verified, or not there.

A checkpoint is a directory `epoch-00012` of `tensors.safetensors`, `state.json` and `manifest.json`, the
SHA-256 of both. It is written under another name, made durable and renamed, so that a kill at any moment
leaves the ones before it.
https://github.com/huggingface/safetensors
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, TrainingError
from embedkit.fingerprint import sha256
from embedkit.rundir import checkpoints_of
from embedkit.writer import sync, write_tensors

if TYPE_CHECKING:
    from torch import Tensor

KEPT = 2
"""How many checkpoints are kept: the newest, and the one to fall back to."""

SECONDS = 10.0
"""How long it is from one checkpoint to the next where the recipe does not say."""

TENSORS, STATE, MANIFEST = "tensors.safetensors", "state.json", "manifest.json"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Checkpoint:
    """The state after `epoch` epochs: tensors by name, and everything else as plain JSON."""

    epoch: int
    tensors: Mapping[str, Tensor]
    state: Mapping[str, Any]


class Checkpoints:
    """The checkpoints in `directory`, one every `every` epochs, or none where that is 0.

    Where `every` is None, one is written after an epoch that ends ten seconds or more after the last one was
    written, as making a file durable takes longer than many an epoch; the state after each other epoch is
    held in memory for `flush`. `warn` is told of damaged checkpoints.
    """

    def __init__(self, directory: Path, every: int | None, warn: Callable[[str], None]) -> None:
        self.directory = directory
        self.every = every
        self.warn = warn
        self._held: Checkpoint | None = None
        self._written_at = time.monotonic()

    def newest(self) -> Checkpoint | None:
        """The newest one that is what was written, or None. A damaged one is warned of and passed over."""
        for path in reversed(self._paths()):
            fault = damage(path)
            if fault is None:
                return _read(path)
            self.warn(f"{path}: {fault}; taking the checkpoint before it")
            log.info("checkpoint damaged", extra={"path": str(path), "fault": fault})
        return None

    def save(self, checkpoint: Checkpoint) -> None:
        """Write a checkpoint where one is due, and remove all but the newest two.

        Raises TrainingError, naming the last good one, where it cannot be written.
        """
        if self.every is None and time.monotonic() < self._written_at + SECONDS:
            copies = {name: tensor.clone() for name, tensor in checkpoint.tensors.items()}
            self._held = replace(checkpoint, tensors=copies)
        elif self.every is None or (self.every and checkpoint.epoch % self.every == 0):
            self._save(checkpoint)

    def flush(self) -> None:
        """Write what is held in memory: training is interrupted."""
        if self._held is not None:
            self._save(self._held)

    def _save(self, checkpoint: Checkpoint) -> None:
        final = self.directory / f"epoch-{checkpoint.epoch:05d}"
        partial = final.with_suffix(".partial")
        try:
            _write(partial, checkpoint)
            shutil.rmtree(final, ignore_errors=True)
            partial.rename(final)
            sync(self.directory)
        except OSError as error:
            shutil.rmtree(partial, ignore_errors=True)
            raise self._unwritten(partial, error) from error
        self._held, self._written_at = None, time.monotonic()
        self._prune()

    def _paths(self) -> list[Path]:
        return checkpoints_of(self.directory.parent)

    def _prune(self) -> None:
        for path in self._paths()[:-KEPT]:
            shutil.rmtree(path)

    def _unwritten(self, path: Path, error: OSError) -> TrainingError:
        good = [kept for kept in self._paths() if damage(kept) is None]
        last = f"The last good one is {good[-1]}: make room and go on with --resume." if good else None
        what = f"the checkpoint cannot be written: {error.strerror or error}"
        return TrainingError(Fault(what, where=str(path), hint=last))


def damage(path: Path) -> str | None:
    """What is wrong with the checkpoint at `path`, or None."""
    try:
        manifest = json.loads((path / MANIFEST).read_bytes())
        if manifest != {name: sha256(path / name) for name in (TENSORS, STATE)}:
            return "damaged, its SHA-256 is not that of the manifest"
    except OSError as error:
        return f"damaged, {Path(error.filename).name} cannot be read"
    except ValueError:
        return f"damaged, {MANIFEST} is not JSON"
    return None


def _read(path: Path) -> Checkpoint:
    from safetensors.torch import load_file

    state = json.loads((path / STATE).read_bytes())
    return Checkpoint(state.pop("epoch"), load_file(path / TENSORS), state)


def _write(directory: Path, checkpoint: Checkpoint) -> None:
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    write_tensors(directory / TENSORS, checkpoint.tensors)
    sync(directory / TENSORS)
    _put(directory / STATE, _json({"epoch": checkpoint.epoch, **checkpoint.state}))
    _put(directory / MANIFEST, _json({name: sha256(directory / name) for name in (TENSORS, STATE)}))
    sync(directory)


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2) + "\n").encode()


def _put(path: Path, content: bytes) -> None:
    """Write a file and make it durable."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
