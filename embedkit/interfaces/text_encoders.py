"""Protocols of text encoders: pretrained models that read whole texts and bring a tokenizer of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from embedkit.interfaces.vectors import Progress, no_progress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from embedkit.interfaces.arrays import BoolArray, IntArray


@dataclass(frozen=True)
class TextEncoderContext:
    """What a text encoder is given when it is opened.

    `trust`: whether the user consents to running code in files.
    """

    progress: Progress = no_progress
    trust: bool = False


@dataclass(frozen=True)
class Pieces:
    """n texts as a text encoder reads them: N pieces, one text after another.

    `ids` int32 [N] are the model's own, those of special tokens included. `words` int32 [N] is the number of
    the word in its text that a piece belongs to, from 0, and -1 for special tokens. `unknown` bool [N] tells
    pieces that stand for characters the model does not know. `lengths` int64 [n] counts the pieces of each
    text. `tokens` are all words of each text, spelt as in the text; of these the pieces hold the first
    `read` int64 [n], which is fewer where a text is longer than the model's positions.
    """

    ids: NDArray[np.int32]
    words: NDArray[np.int32]
    unknown: BoolArray
    lengths: IntArray
    tokens: Sequence[Sequence[str]]
    read: IntArray


class TextNetwork(Protocol):
    """The torch module of a text encoder."""

    def __call__(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the states of all pieces, float [B, S, D].

        `ids` is int64 [B, S], `mask` bool [B, S] (True at pieces, padding on the right, of any id).
        """

    def pool(self, states: Tensor, mask: Tensor) -> Tensor:
        """Return one vector for each text, float [B, D], by the pooling that the model was trained with."""

    def layers(self) -> Sequence[nn.Module]:
        """Return the parts of the network from the input to the output, the embedding layer first.

        Training can update the last of them only, and each with a learning rate of its own.
        """


class TextModel(Protocol):
    """A text encoder that was opened."""

    @property
    def dim(self) -> int:
        """Return D, the width of states and of pooled vectors."""

    @property
    def digest(self) -> str:
        """Return what identifies the model's files and all settings that its vectors depend on.

        The vectors of texts are cached by it, and trained models name it.
        """

    def pieces(self, texts: Sequence[str]) -> Pieces:
        """Split texts into words and pieces: a pure function of each text."""

    def build(self) -> nn.Module:
        """Build a TextNetwork with the pretrained weights, float32, in evaluation mode."""


class TextEncoder(Protocol):
    """A pretrained model that turns texts into vectors: one for each word, or one for each text."""

    def open(self, context: TextEncoderContext) -> TextModel:
        """Open the model. Raises VectorFileError for files that are not valid."""
