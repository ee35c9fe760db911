"""What turns encoded texts into vectors: the first of the three parts of a TextClassifier."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from embedkit.model.table_rows import NO_WORDS, TableRows
from embedkit.model.token_states import State, TokenStates
from embedkit.model.updates import ChosenRowUpdates, SparseUpdates, TableUpdates
from embedkit.text.batching import Inputs
from embedkit.text.vocabulary import PAD_ID

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.files.storage import Storage
    from embedkit.interfaces import BoolArray, FloatArray
    from embedkit.model.unseen import Unseen
    from embedkit.text.encoding import TokenizedSplit


class Embedder(nn.Module, ABC):
    """Turns the inputs of B texts into vectors `embedded` [B, T, D], with `mask` [B, T], True at vectors.

    The rest of a model reads these two and never asks how they were made. So for every embedder

    - `dim` is D, and `embedded` is a float tensor;
    - padding is on the right, and a text has the same vectors alone and in a padded batch;
    - in evaluation, the vectors of a text depend on the text and the weights only;
    - all weights are parameters or buffers of the module, so that a checkpoint holds them.

    It also has a say wherever a token matters: it encodes texts as its own inputs (`encode`), tells the
    states of tokens (`token_states`), and which words it would rather look up (`unknown`, `extended`).

    `rows` are the words that training had. `dropout` is the share of the numbers of all vectors that are set
    to zero in training. `entries_are_tokens` tells whether the inputs have one entry for each token,
    `evaluated_at_once` how many texts are read at once in evaluation.
    """

    dim: int
    rows: TableRows
    dropout: float = 0.0
    entries_are_tokens: bool = True
    evaluated_at_once: int = 256

    def forward(self, inputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return `embedded` [B, T, D] and its mask, for `inputs` [B, S, ...] and `mask` bool [B, S]."""
        embedded, mask = self.embed(inputs, mask)
        if self.training and self.dropout:
            embedded = F.dropout(embedded, self.dropout)
        return embedded, mask

    @abstractmethod
    def embed(self, inputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vectors without dropout, and their mask."""

    @abstractmethod
    def encode(self, split: TokenizedSplit, storage: Storage) -> Inputs:
        """Return the texts of a split as inputs of this embedder, which may be kept in `storage`."""

    def token_states(self, split: TokenizedSplit) -> TokenStates:
        """Return the state of every token of a split, by default that of its word, wherever it stands."""
        words = split.tokens.words
        return TokenStates.of_words(split.tokens, self.states(words), self.are_looked_up(words))

    @abstractmethod
    def states(self, words: Sequence[str]) -> list[State]:
        """Return the state of each word: whether it has a vector, and why not."""

    def are_looked_up(self, words: Sequence[str]) -> list[bool]:
        """Return whether each word has a vector that was looked up, though training did not have it."""
        return [False] * len(words)

    def unknown(self, texts: Iterable[Sequence[str]]) -> list[str]:  # noqa: ARG002
        """Return the words of `texts` that have no vector and may be looked up; by default none."""
        return []

    def extended(self, unseen: Unseen) -> Embedder:  # noqa: ARG002
        """Return an embedder that knows the looked-up words `unseen` too; by default this one."""
        return self

    def updates(self) -> TableUpdates | None:
        """Return what updates the rows of a table in training, with a learning rate and epochs of their own.

        By default None: all weights of the embedder are trained as those of the encoder are.
        """
        return None

    def layers(self) -> Sequence[Sequence[nn.Parameter]]:
        """Return the trained weights of each layer, from the input to the output.

        Each layer can have a learning rate of its own. By default none: all weights of the embedder are
        trained as those of the encoder are.
        """
        return ()

    def stored(self) -> set[str]:
        """Return the names of the weights that a saved run stores; by default all."""
        return {*self.state_dict()}

    def follow(self, trained: Embedder) -> None:
        """Take over what training has changed in `trained`, from which this embedder was extended.

        By default nothing: an embedder that is not extended is the trained one itself.
        """

    def example(self, length: int) -> Tensor:
        """Return inputs of one text of `length` tokens, [1, S, ...], from which the model is described."""
        return torch.ones((1, length), dtype=torch.int64)

    def layer(self) -> nn.Module:
        """Return the module that stands for the embedder where the model is described."""
        return self


class Embedding(nn.Embedding):
    """An embedding table as `print` and torchinfo show it."""

    def forward(self, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:  # type: ignore[override]
        """Return the vectors [B, T, D] of `ids` [B, T], and their mask."""
        return super().forward(ids), mask


class TableEmbedder(Embedder):
    """Looks up the vectors of ids in an embedding table: `weight` float32 [V, D], whose row 0 is padding.

    `rows` has the words of the table and where their vectors came from. Training updates the `trainable` rows
    (bool [V]), never the padding row. With `sparse`, a step updates only those of them that it reads.
    """

    def __init__(
        self,
        weight: Tensor,
        trainable: BoolArray | None = None,
        sparse: bool = False,
        rows: TableRows = NO_WORDS,
    ) -> None:
        super().__init__()
        self.rows = rows
        moving = np.zeros(len(weight), np.bool_) if trainable is None else trainable
        self.weight = nn.Parameter(weight, requires_grad=bool(moving.any()))
        self.dim = int(weight.shape[1])
        self._chosen = None if moving[PAD_ID + 1 :].all() else torch.from_numpy(moving.nonzero()[0])
        self._sparse = sparse
        self._updates: TableUpdates | None = None

    @property
    def trainable(self) -> bool:
        """Return whether training updates any row, be it in some of its epochs only."""
        return self._chosen is None or len(self._chosen) > 0

    @classmethod
    def of(
        cls, vectors: FloatArray, trainable: BoolArray, sparse: bool = False, rows: TableRows = NO_WORDS
    ) -> TableEmbedder:
        """Make an embedder with a copy of `vectors` float32 [V, D].

        It draws from torch's generator what `nn.Embedding` draws: encoder and head, which are built after
        it, have the first weights that they have beside an `nn.Embedding`.
        """
        weight = nn.Embedding(vectors.shape[0], vectors.shape[1], PAD_ID).weight.detach()
        return cls(weight.copy_(torch.from_numpy(vectors)), trainable, sparse, rows)

    def vectors(self) -> FloatArray:
        """Return the table, float32 [V, D]; it may share memory with the weights."""
        vectors: FloatArray = self.weight.detach().cpu().numpy()
        return vectors

    def with_vectors(self, vectors: FloatArray) -> TableEmbedder:
        """Return a frozen embedder with the table `vectors`, float32 [V, D], of the same words."""
        return TableEmbedder(torch.from_numpy(vectors).to(self.weight.device), rows=self.rows)

    def encode(self, split: TokenizedSplit, storage: Storage) -> Inputs:
        """Return the ids of the tokens of a split."""
        ids = np.frombuffer(split.ids(self.rows.vocabulary, storage).view(), np.int32)
        lengths = np.frombuffer(split.tokens.numbers.lengths(), np.int64)
        return Inputs(torch.from_numpy(ids), torch.from_numpy(lengths))

    def states(self, words: Sequence[str]) -> list[State]:
        """Return the state of each word, by the origin of its row."""
        return self.rows.states(words)

    def are_looked_up(self, words: Sequence[str]) -> list[bool]:
        """Return whether each word has a row that was added by `extended`."""
        return self.rows.are_looked_up(words)

    def unknown(self, texts: Iterable[Sequence[str]]) -> list[str]:
        """Return the words of `texts` without a row, except those that were looked up and not found."""
        return self.rows.unknown(texts)

    def extended(self, unseen: Unseen) -> TableEmbedder:
        """Return a frozen embedder with a copy of this table and then the rows of the words in `unseen`.

        Without such words, the table is shared and not copied. If training updates this table, the returned
        embedder has to `follow` it.
        """
        weight, rows = self.weight.detach(), self.rows.extended(unseen)
        if unseen.words:
            weight = torch.cat([weight, torch.from_numpy(unseen.vectors).to(weight.device)])
        return TableEmbedder(weight, rows=rows)

    @torch.no_grad()
    def follow(self, trained: Embedder) -> None:
        """Take over the table of `trained`, from which this one was extended; added rows stay unchanged."""
        assert isinstance(trained, TableEmbedder)
        if trained.trainable and self.weight.data_ptr() != trained.weight.data_ptr():
            self.weight[: len(trained.weight)] = trained.weight

    def layer(self) -> nn.Module:
        """Return the table as PyTorch's own layer, with the same weight."""
        layer = Embedding(len(self.weight), self.dim, PAD_ID, _weight=self.weight.detach())
        layer.weight = self.weight
        return layer

    def embed(self, inputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vectors of the ids `inputs`, int64 [B, T], and their mask."""
        if self.training and self._updates is not None:
            return self._updates.embedded(inputs), mask
        return F.embedding(inputs, self.weight, PAD_ID), mask

    def updates(self) -> TableUpdates | None:
        """Return what updates the trainable rows, or None if there are none."""
        if not self.trainable:
            self._updates = None
        elif self._sparse:
            self._updates = SparseUpdates(self.weight, self._chosen)
        elif self._chosen is not None:
            self._updates = ChosenRowUpdates(self.weight, self._chosen)
        else:
            self._updates = TableUpdates(self.weight)
        return self._updates
