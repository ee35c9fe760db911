"""A checkpoint: a directory with tensors.safetensors, state.json and manifest.json (the SHA-256 of both).

https://github.com/huggingface/safetensors
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.files.atomic import made_whole
from embedkit.files.digest import sha256
from embedkit.runs import layout
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
