"""What sentence-transformers says of a model in files of its own: how texts are cut, pooled and scaled.

https://sbert.net/docs/package_reference/sentence_transformer/models.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

from embedkit.plugin_api import Fault, VectorFileError
from embedkit_transformers.files import WEIGHTS, read_any_json, read_json

MODULES = "modules.json"
PROMPTS = "config_sentence_transformers.json"
LENGTHS = ("sentence_bert_config.json", "sentence_roberta_config.json", "sentence_distilbert_config.json")
"""The names under which the length of texts is saved, the usual one first."""

MODES = {
    "cls": "pooling_mode_cls_token",
    "max": "pooling_mode_max_tokens",
    "mean": "pooling_mode_mean_tokens",
    "mean_sqrt_len_tokens": "pooling_mode_mean_sqrt_len_tokens",
    "weightedmean": "pooling_mode_weightedmean_tokens",
    "lasttoken": "pooling_mode_lasttoken",
}
"""Ways of pooling, in the order in which their vectors are joined, each with its key in older files."""

ACTIVATIONS = ("Identity", "Tanh", "ReLU", "GELU", "SiLU", "Sigmoid")


@dataclass(frozen=True)
class Dense:
    """A linear layer behind the pooling, with weights in `path`."""

    path: Path
    in_features: int
    out_features: int
    bias: bool
    activation: str


@dataclass(frozen=True)
class Normalize:
    """Scales vectors to length 1."""


@dataclass(frozen=True)
class SentenceSettings:
    """How a model makes one vector of a text.

    `folder` is that of the transformer; `modes` are the ways of pooling whose vectors are joined; `steps`
    follow the pooling; `max_length` counts pieces, None if nothing is said; `lowercase` and `prompt` tell
    what becomes of a text before it is tokenized.
    """

    folder: Path
    modes: Sequence[str] = ("mean",)
    steps: Sequence[Dense | Normalize] = ()
    max_length: int | None = None
    lowercase: bool = False
    prompt: str = ""


@dataclass(frozen=True)
class Overrides:
    """Settings that a recipe puts in the place of the model's own; None leaves those."""

    pooling: str | None = None
    normalize: bool | None = None
    max_length: int | None = None
    prompt: str | None = None

    def of(self, settings: SentenceSettings) -> SentenceSettings:
        """Return the settings with these in their place. With `pooling`, no layer follows it."""
        steps: Sequence[Dense | Normalize] = settings.steps
        if self.pooling is not None:
            steps = [step for step in steps if not isinstance(step, Dense)]
        if self.normalize is not None:
            steps = [step for step in steps if not isinstance(step, Normalize)]
            steps = [*steps, Normalize()] if self.normalize else steps
        return replace(
            settings,
            modes=settings.modes if self.pooling is None else (self.pooling,),
            steps=steps,
            max_length=settings.max_length if self.max_length is None else self.max_length,
            prompt=settings.prompt if self.prompt is None else self.prompt,
        )


def read_settings(folder: Path) -> SentenceSettings:
    """Read the settings of the model in `folder`: the mean over all pieces if there are none.

    Raises VectorFileError for a module that is not known here, and for files that are not as they should be.
    """
    path = folder / MODULES
    if not path.is_file():
        return SentenceSettings(folder)
    first, *others = _modules(path)
    if first.type != "Transformer":
        _refuse(path, first.type, "Transformer")
    modes: tuple[str, ...] = ("mean",)
    steps: list[Dense | Normalize] = []
    for number, module in enumerate(others):
        if module.type == "Pooling" and number == 0:
            modes = _modes(module.folder / "config.json")
        elif module.type == "Dense":
            steps.append(_dense(module.folder))
        elif module.type == "Normalize":
            steps.append(Normalize())
        elif module.type != "Dropout":  # which does nothing in evaluation mode
            _refuse(path, module.type, "Pooling", "Dense", "Normalize", "Dropout")
    return _with_texts(SentenceSettings(first.folder, modes, steps), folder)


@dataclass(frozen=True)
class _Module:
    """An entry of modules.json: the class, without its package, and the folder of its files."""

    type: str
    folder: Path


def _modules(path: Path) -> Sequence[_Module]:
    """Return the modules that modules.json lists. Raises VectorFileError if it is not such a list."""
    entries = read_any_json(path)
    if not isinstance(entries, list) or not entries:
        raise VectorFileError(Fault("is not a list of modules", where=str(path)))
    return [_module(path, entry) for entry in entries]


def _module(path: Path, entry: object) -> _Module:
    match entry:
        case {"type": str(name), "path": str(inner)}:
            inside = PurePosixPath(inner)
            if inside.is_absolute() or ".." in inside.parts or "\\" in inner or ":" in inner:
                raise VectorFileError(Fault(f"names '{inner}', outside the folder", where=str(path)))
            return _Module(name.rpartition(".")[2], path.parent / inside)
    raise VectorFileError(Fault("has an entry without `type` and `path`", where=str(path)))


def _refuse(path: Path, name: str, *allowed: str) -> NoReturn:
    what = f"has a module '{name}' in a place where embedkit knows none"
    raise VectorFileError(
        Fault.unknown("module", name, allowed, where=str(path), hint=what.capitalize() + ".")
    )


def _modes(path: Path) -> tuple[str, ...]:
    """Return the ways of pooling that a file names, by the key of today or by those of older versions."""
    config = read_json(path)
    if config.get("include_prompt") is False:
        raise VectorFileError(Fault("leaves the prompt out of the pooling, which is not known", str(path)))
    named = config.get("pooling_mode")
    if isinstance(named, str):
        named = [named]
    modes = named if isinstance(named, list) else [mode for mode, key in MODES.items() if config.get(key)]
    unknown = next((mode for mode in modes if mode not in MODES), None)
    if unknown is not None:
        raise VectorFileError(Fault.unknown("pooling", str(unknown), MODES, where=str(path)))
    if not modes:
        raise VectorFileError(Fault("names no way of pooling", str(path), allowed=tuple(MODES)))
    return tuple(mode for mode in MODES if mode in modes)


def _dense(folder: Path) -> Dense:
    """Return the linear layer in a folder. Raises VectorFileError for one that cannot be built here."""
    path = folder / "config.json"
    config = read_json(path)
    match config:
        case {"in_features": int(inputs), "out_features": int(outputs)}:
            name = str(config.get("activation_function", "Tanh")).rpartition(".")[2]
        case _:
            raise VectorFileError(Fault("has no `in_features` and `out_features`", where=str(path)))
    if name not in ACTIVATIONS:
        raise VectorFileError(Fault.unknown("activation", name, ACTIVATIONS, where=str(path)))
    weights = folder / WEIGHTS
    if not weights.is_file():
        raise VectorFileError(Fault(f"holds no {WEIGHTS}; pickles are not read", where=str(folder)))
    return Dense(weights, inputs, outputs, config.get("bias", True) is not False, name)


def _with_texts(settings: SentenceSettings, folder: Path) -> SentenceSettings:
    """Return the settings with what other files say of a text before it is tokenized."""
    lengths = [settings.folder / name for name in LENGTHS if (settings.folder / name).is_file()][:1]
    prompts = [folder / PROMPTS] if (folder / PROMPTS).is_file() else []
    config = read_json(lengths[0]) if lengths else {}
    longest = config.get("max_seq_length")
    return replace(
        settings,
        max_length=longest if isinstance(longest, int) else None,
        lowercase=config.get("do_lower_case") is True,
        prompt=_default_prompt(prompts[0]) if prompts else "",
    )


def _default_prompt(path: Path) -> str:
    """Return the prompt that is read before every text. Raises VectorFileError if it is only named."""
    config: Mapping[str, Any] = read_json(path)
    name, prompts = config.get("default_prompt_name"), config.get("prompts")
    if name is None:
        return ""
    if not isinstance(prompts, dict) or not isinstance(prompts.get(name), str):
        raise VectorFileError(Fault(f"has no prompt '{name}', its default", where=str(path)))
    return str(prompts[name])
