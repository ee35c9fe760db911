"""A pretrained model that was opened: its pieces, its network, and what identifies it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import nn

from embedkit.plugin_api import Fault, Pieces, VectorFileError, sha256
from embedkit_transformers.architecture import Architecture, load, read_architecture
from embedkit_transformers.files import ModelFiles
from embedkit_transformers.network import PretrainedNetwork
from embedkit_transformers.sentence import Dense, Normalize, Overrides, SentenceSettings, read_settings
from embedkit_transformers.tokenizer import PieceTokenizer, read_config, read_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer
VERSION = 1
"""Counts the changes after which the same files make other pieces or vectors."""


def open_model(folder: Path, overrides: Overrides) -> PretrainedModel:
    """Open the model in a folder. Raises VectorFileError for files that are not valid."""
    settings = overrides.of(read_settings(folder))
    files = ModelFiles.of(settings.folder)
    architecture = read_architecture(files)
    tokenizer = read_tokenizer(files.tokenizer)
    _check_tokenizer(files, tokenizer, architecture)
    _check_width(folder, settings, architecture.dim)
    pieces = PieceTokenizer(
        tokenizer, _longest(settings, architecture, files), settings.lowercase, settings.prompt
    )
    _check_length(pieces, folder)
    return PretrainedModel(files, architecture, settings, pieces)


def _longest(settings: SentenceSettings, architecture: Architecture, files: ModelFiles) -> int | None:
    """Return how many pieces of a text are read, None without a limit.

    Raises VectorFileError if the settings ask for more pieces than the model has positions.
    """
    if settings.max_length is None:
        limits = (architecture.positions, read_config(files.folder).max_length)
        return min((limit for limit in limits if limit), default=None)
    if architecture.positions is not None and settings.max_length > architecture.positions:
        what = f"a max_length of {settings.max_length} is more than the model's positions"
        raise VectorFileError(Fault(what, str(files.folder), allowed=(f"1 to {architecture.positions}",)))
    return settings.max_length


def _check_length(pieces: PieceTokenizer, folder: Path) -> None:
    specials = sum(pieces.specials)
    if pieces.max_length is not None and pieces.max_length <= specials:
        what = f"a max_length of {pieces.max_length} leaves no room beside {specials} special tokens"
        raise VectorFileError(Fault(what, str(folder)))


def _check_tokenizer(files: ModelFiles, tokenizer: Tokenizer, architecture: Architecture) -> None:
    """Raise VectorFileError if the tokenizer's pieces are not the rows of the model's input table."""
    largest = max(tokenizer.get_vocab(with_added_tokens=True).values(), default=-1)
    if largest < 0:
        raise VectorFileError(Fault("knows no piece", where=str(files.tokenizer)))
    rows = architecture.rows
    if not rows // 2 <= largest + 1 <= rows:
        what = f"does not fit the model: it has {largest + 1:,} pieces, and the input table {rows:,} rows"
        raise VectorFileError(Fault(what, where=str(files.tokenizer)))
    pad = read_config(files.folder).pad
    number = None if pad is None else tokenizer.token_to_id(pad)
    if None not in (number, architecture.pad_id) and number != architecture.pad_id:
        what = f"its padding '{pad}' is piece {number}, and the model's {architecture.pad_id}"
        raise VectorFileError(Fault(f"does not fit the model: {what}", where=str(files.tokenizer)))


def _check_width(folder: Path, settings: SentenceSettings, dim: int) -> None:
    """Raise VectorFileError if pooled vectors do not have the width of states."""
    width = dim * len(settings.modes)
    for step in settings.steps:
        if isinstance(step, Dense):
            if step.in_features != width:
                what = f"takes {step.in_features} values, and gets {width}"
                raise VectorFileError(Fault(what, where=str(step.path)))
            width = step.out_features
    if width != dim:
        what = f"its pooled vectors have {width} dimensions and its states {dim}: embedkit needs the same"
        hint = "`pooling: mean` pools the states as they are."
        raise VectorFileError(Fault(what, where=str(folder), hint=hint))


@dataclass(frozen=True)
class PretrainedModel:
    """A model in a folder, whose weights are read when its network is built."""

    files: ModelFiles
    architecture: Architecture
    settings: SentenceSettings
    tokenizer: PieceTokenizer

    @property
    def dim(self) -> int:
        """Return D, the width of states and of pooled vectors."""
        return self.architecture.dim

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of the content of the model's files, and of its settings."""
        paths = [self.files.config, self.files.tokenizer, *self.files.weights]
        paths += [step.path for step in self.settings.steps if isinstance(step, Dense)]
        described: dict[str, Any] = {
            "version": VERSION,
            "files": [sha256(path) for path in paths],
            "modes": self.settings.modes,
            "steps": [_described(step) for step in self.settings.steps],
            "max_length": self.tokenizer.max_length,
            "lowercase": self.tokenizer.lowercase,
            "prompt": self.tokenizer.prompt,
        }
        return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()

    def pieces(self, texts: Sequence[str]) -> Pieces:
        """Split texts into words and pieces. Raises DataError for a text that is not Unicode."""
        return self.tokenizer(texts)

    def build(self) -> nn.Module:
        """Build the network with its weights, float32, in evaluation mode.

        Raises VectorFileError for weights that are not those of the model.
        """
        model = load(self.architecture, self.files)
        return PretrainedNetwork(model, self.dim, self.architecture.pad_id or 0, self.settings)


def _described(step: Dense | Normalize) -> str:
    return f"dense {step.activation}" if isinstance(step, Dense) else "normalize"
