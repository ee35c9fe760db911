"""The files of a pretrained model in a folder: which there must be, and what is said if there are others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from embedkit.plugin_api import Fault, VectorFileError, nearest, not_the_file

CONFIG = "config.json"
TOKENIZER = "tokenizer.json"
WEIGHTS = "model.safetensors"
INDEX = "model.safetensors.index.json"

PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl")
"""How the names of pickled weights end."""

SAVE = (
    "`AutoModel.from_pretrained(…).save_pretrained(…)` writes safetensors; do it where the model is trusted."
)
SAVE_TOKENIZER = "`AutoTokenizer.from_pretrained(…).save_pretrained(…)` writes one."
NAMED = 40
"""Names in a folder that are looked through for the nearest one."""


@dataclass(frozen=True)
class ModelFiles:
    """The files of a transformer in `folder`: its configuration, its tokenizer and its weights."""

    folder: Path
    weights: Sequence[Path]

    @property
    def config(self) -> Path:
        """Return the path of the configuration."""
        return self.folder / CONFIG

    @property
    def tokenizer(self) -> Path:
        """Return the path of the tokenizer."""
        return self.folder / TOKENIZER

    @classmethod
    def of(cls, folder: Path) -> ModelFiles:
        """Find the files in a folder. Raises VectorFileError with one fault for each that is missing."""
        names = sorted(path.name for path in folder.iterdir())
        faults = [*_missing(folder, names)]
        if faults:
            raise VectorFileError(*faults)
        return cls(folder, [folder / WEIGHTS] if WEIGHTS in names else _shards(folder))


def _missing(folder: Path, names: Sequence[str]) -> Iterator[Fault]:
    """Yield the faults of a folder that is not one of a model, which holds files called `names`."""
    if CONFIG not in names:
        inner = [path.parent.name for path in sorted(folder.glob(f"*/{CONFIG}"))[:NAMED]]
        models = [name for name in inner if (folder / name / TOKENIZER).exists()]
        yield Fault(
            f"is not the folder of a model: it holds no {CONFIG}",
            where=str(folder),
            nearest=models[0] if models else nearest(CONFIG, names),
            hint=None if models or names else "It is empty.",
        )
    if TOKENIZER not in names:
        old = next((name for name in ("vocab.txt", "vocab.json", "spiece.model") if name in names), None)
        yield Fault(
            f"holds no {TOKENIZER}" + (f", only the {old} of an older tokenizer" if old else ""),
            where=str(folder),
            nearest=None if old else nearest(TOKENIZER, names),
            hint=SAVE_TOKENIZER,
        )
    if WEIGHTS not in names and INDEX not in names:
        yield _without_weights(folder, names)


def _without_weights(folder: Path, names: Sequence[str]) -> Fault:
    pickled = next((name for name in names if name.endswith(PICKLES) and "model" in name), None)
    if pickled:
        what = f"holds its weights in {pickled}, a pickle, which could run code, and not in {WEIGHTS}"
        return Fault(f"{what}: it is not read", where=str(folder), hint=SAVE)
    other = next((name for name in names if name.endswith((".h5", ".msgpack", ".onnx", ".gguf"))), None)
    what = f"holds no {WEIGHTS}" + (f": {other} is not read" if other else "")
    meant = None if other else nearest(WEIGHTS, [name for name in names if name.endswith(".safetensors")])
    return Fault(what, where=str(folder), nearest=meant, hint=SAVE if other else None)


def _shards(folder: Path) -> Sequence[Path]:
    """Return the files that the index of the weights names.

    Raises VectorFileError if it is no index, or a file is missing or lies in another folder.
    """
    index = folder / INDEX
    named = read_json(index).get("weight_map")
    if not isinstance(named, dict) or not named or not all(isinstance(each, str) for each in named.values()):
        raise VectorFileError(Fault("has no `weight_map` that names files", where=str(index)))
    names = sorted({*named.values()})
    outside = [name for name in names if PurePath(name).name != name or not name.endswith(".safetensors")]
    if outside:
        raise VectorFileError(Fault(f"names '{outside[0]}', no safetensors file beside it", where=str(index)))
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        what = f"names {', '.join(missing[:3])}, which the folder does not hold"
        raise VectorFileError(Fault(what, where=str(index)))
    return [folder / name for name in names]


def read_json(path: Path) -> Mapping[str, Any]:
    """Return the object in a JSON file. Raises VectorFileError for another content, or none."""
    value = read_any_json(path)
    if not isinstance(value, dict):
        raise VectorFileError(Fault("is not a JSON object", where=str(path)))
    return value


def read_any_json(path: Path) -> Any:
    """Return what a JSON file holds. Raises VectorFileError if it cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise VectorFileError(Fault(f"cannot be read: {error.strerror}", where=str(path))) from error
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        fault = not_the_file(data[:1024], str(path)) or Fault(f"is not JSON: {error}", where=str(path))
        raise VectorFileError(fault) from error
