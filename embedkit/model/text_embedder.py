"""Embedders whose vectors come from a text encoder: frozen, with vectors made beforehand, or trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import nn

from embedkit.data.examples import Examples
from embedkit.errors import Fault, RecipeError
from embedkit.files.storage import InMemory
from embedkit.interfaces import Example
from embedkit.interfaces.contracts import check_states
from embedkit.model.embedder import Embedder
from embedkit.model.encoded_texts import encode_texts
from embedkit.model.table_rows import TableRows
from embedkit.model.token_states import State, TokenStates
from embedkit.model.word_pieces import word_pieces
from embedkit.text.batching import Inputs
from embedkit.text.encoding import TokenizedSplit
from embedkit.text.pieces import pieces_of
from embedkit.text.tokens import Tokens

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.files.storage import Storage
    from embedkit.interfaces import IntArray, TextModel, TextNetwork
    from embedkit.text.vocabulary import Vocabulary

AT_ONCE = 32
"""Texts that a text encoder reads at once in evaluation."""

NO_WORD = -1
"""The number of the word of a special token, of padding, and of a piece whose word is not read."""


@dataclass(frozen=True)
class Reading:
    """How texts are read by `model`, that of a text encoder.

    They have one vector for each word or, if `pooled`, one for each text.

    `words` are those of the training texts. With `pad_to`, every text is padded to so many words.
    """

    model: TextModel
    words: Vocabulary
    pooled: bool = False
    pad_to: int | None = None


class TextEmbedder(Embedder):
    """Embeds texts with a text encoder, as `reading` says."""

    def __init__(self, reading: Reading) -> None:
        super().__init__()
        self.reading = reading
        self.dim = reading.model.dim
        self.rows = TableRows.of_known(reading.words)

    def states(self, words: Sequence[str]) -> list[State]:
        """Return the state of each word as a text of its own: whole, split or unknown."""
        split = Examples.of(Example(number, word) for number, word in enumerate(words, 1))
        tokens = Tokens.of([word] for word in words)
        states = self.token_states(TokenizedSplit("words", split, tokens, [0] * len(words)))
        return [states.words[number].state for (number,) in states.numbers]

    def token_states(self, split: TokenizedSplit) -> TokenStates:
        """Return the state of every token of a split, by the pieces that it is read in where it stands.

        A word without pieces, such as a control character, is unknown to the model.
        """
        counts, unknown, first = [np.empty(0, np.int64)], [np.empty(0, np.bool_)], 0
        read = np.frombuffer(split.tokens.numbers.lengths(), np.int64)
        for pieces in pieces_of(self.reading.model, split.examples.texts):
            words = word_pieces(pieces)
            kept = _within(words.lengths) < np.repeat(read[first : first + len(words.lengths)], words.lengths)
            counts.append(words.counts[kept].clip(min=1))
            unknown.append((words.unknown | (words.counts == 0))[kept])
            first += len(words.lengths)
        return TokenStates.of_pieces(
            split.tokens, np.concatenate(counts), np.concatenate(unknown), InMemory()
        )


class FrozenTextEmbedder(TextEmbedder):
    """Embeds texts as vectors that a text encoder has made: the inputs are the vectors themselves.

    If `half`, they are kept as float16.
    """

    def __init__(self, reading: Reading, half: bool = False) -> None:
        super().__init__(reading)
        self.kept_half = half
        self.entries_are_tokens = not reading.pooled

    def encode(self, split: TokenizedSplit, storage: Storage) -> Inputs:
        """Return the vectors of the texts of a split: those of the words that are read, or one for each."""
        reading = self.reading
        encoded = encode_texts(reading.model, split.examples.texts, reading.pooled, storage, self.kept_half)
        values, lengths = torch.from_numpy(encoded.padded), encoded.lengths
        if not reading.pooled:
            read = np.frombuffer(split.tokens.numbers.lengths(), np.int64)
            if (read < lengths).any():
                values, lengths = values[_first(lengths, read)], read
        return Inputs(values, torch.from_numpy(np.array(lengths)))

    def embed(self, inputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the inputs, float [B, T, D], which are vectors already."""
        return inputs, mask

    def example(self, length: int) -> Tensor:
        """Return vectors of one text of `length` words."""
        return torch.zeros((1, 1 if self.reading.pooled else length, self.dim))


class TrainedTextEmbedder(TextEmbedder):
    """Embeds texts with the network of a text encoder, whose last layers are trained, or all.

    The inputs are int [N, 2]: the id of each piece, and the number of its word. `last` is the number of
    layers to train, None for all. Raises RecipeError if there are not so many.
    """

    entries_are_tokens = False
    evaluated_at_once = AT_ONCE

    def __init__(self, reading: Reading, last: int | None = None) -> None:
        super().__init__(reading)
        self.network = reading.model.build()
        _train_last(self.network, last)

    @property
    def _encoder(self) -> TextNetwork:
        return cast("TextNetwork", self.network)

    def encode(self, split: TokenizedSplit, storage: Storage) -> Inputs:  # noqa: ARG002
        """Return the pieces of the texts of a split, each with the number of its word."""
        values, lengths = [], []
        read = np.frombuffer(split.tokens.numbers.lengths(), np.int64)
        first = 0
        for pieces in pieces_of(self.reading.model, split.examples.texts):
            limits = np.repeat(read[first : first + len(pieces.lengths)], pieces.lengths)
            words = np.where(pieces.words < limits, pieces.words, NO_WORD)
            values.append(np.stack([pieces.ids, words.astype(np.int32)], axis=1))
            lengths.append(pieces.lengths)
            first += len(pieces.lengths)
        padding = np.array([[0, NO_WORD]], np.int32)
        joined = np.concatenate([*lengths, np.empty(0, np.int64)])
        return Inputs(torch.from_numpy(np.concatenate([*values, padding])), torch.from_numpy(joined))

    def embed(self, inputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the pooled vectors [B, 1, D] or those of the words, for pieces int64 [B, S, 2]."""
        ids, words = inputs[..., 0], inputs[..., 1]
        there = mask.any(dim=1, keepdim=True)
        # A network may give NaN for a text without pieces: it is given one, and its vector is not read.
        read = mask | (~there & (torch.arange(mask.shape[1], device=mask.device) == 0))
        states = self._encoder(ids, read)
        check_states(self.network, "forward", states, (*mask.shape, self.dim))
        if self.reading.pooled:
            pooled = self._encoder.pool(states, read)
            check_states(self.network, "pool()", pooled, (len(mask), self.dim))
            vectors = pooled.float().masked_fill(~there, 0.0)
            return vectors[:, None], torch.ones_like(there)
        return self._of_words(states.float(), words.masked_fill(~mask, NO_WORD))

    def _of_words(self, states: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
        """Return the mean of the states of each word's pieces, [B, T, D], and the mask of words [B, T]."""
        counts = words.amax(dim=1, keepdim=True) + 1
        longest = self.reading.pad_to or max(1, int(counts.max()))
        places = torch.where(words < 0, longest, words)
        sums = states.new_zeros(len(states), longest + 1, self.dim)
        sums = sums.scatter_add(1, places[:, :, None].expand_as(states), states)
        pieces = torch.zeros_like(sums[:, :, 0]).scatter_add(1, places, torch.ones_like(states[:, :, 0]))
        means = sums / pieces.clamp(min=1)[:, :, None]
        return means[:, :longest], torch.arange(longest, device=words.device) < counts

    def layers(self) -> list[list[nn.Parameter]]:
        """Return the trained weights of each layer, from the input to the output.

        Weights that belong to no layer stand with those of the last one.
        """
        parts = [[*layer.parameters()] for layer in self._encoder.layers()]
        known = {id(weight) for part in parts for weight in part}
        parts[-1] += [weight for weight in self.network.parameters() if id(weight) not in known]
        seen = set[int]()
        trained = []
        for part in parts:
            own = [weight for weight in part if weight.requires_grad and id(weight) not in seen]
            seen |= {id(weight) for weight in own}
            trained.append(own)
        return trained

    def stored(self) -> set[str]:
        """Return the names of what a saved run stores: trained weights, and buffers that torch saves."""
        named = dict(self.named_parameters(remove_duplicate=False))
        trained = {name for name, weight in self.named_parameters() if weight.requires_grad}
        return trained | {name for name in self.state_dict() if name not in named}

    def example(self, length: int) -> Tensor:
        """Return the pieces of a text of `length` words."""
        pieces = self.reading.model.pieces([" ".join(["word"] * length)])
        return torch.from_numpy(np.stack([pieces.ids, pieces.words], axis=1)).long()[None]


def _first(lengths: IntArray, read: IntArray) -> IntArray:
    """Return which of the vectors of texts are among the first `read` of each, and then that of padding."""
    kept = np.flatnonzero(_within(lengths) < np.repeat(read, lengths))
    return np.append(kept, lengths.sum())


def _within(lengths: IntArray) -> IntArray:
    """Return the number of each entry in its text, from 0, for texts of so many entries."""
    within: IntArray = np.arange(lengths.sum()) - np.repeat(lengths.cumsum() - lengths, lengths)
    return within


def _train_last(network: nn.Module, last: int | None) -> None:
    """Let training change the last layers of a network, or all of it.

    Raises RecipeError if the network has fewer layers.
    """
    layers = cast("TextNetwork", network).layers()
    network.requires_grad_(last is None)
    if last is None:
        return
    if last > len(layers):
        what = f"the text encoder has {len(layers)} layers, that of embeddings included, and not {last}"
        raise RecipeError(Fault(what, where="embedding.trainable.last"))
    for layer in layers[-last:]:
        layer.requires_grad_(True)
