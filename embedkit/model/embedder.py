"""What turns encoded texts into vectors: the first of the three parts of a TextClassifier."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from embedkit.model.updates import ChosenRowUpdates, SparseUpdates, TableUpdates
from embedkit.text.vocabulary import PAD_ID

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.interfaces import BoolArray, FloatArray


class Embedder(nn.Module, ABC):
    """Turns the inputs of B texts into vectors `embedded` [B, T, D], with `mask` [B, T], True at vectors.

    The rest of a model reads these two and never asks how they were made. So for every embedder

    - `dim` is D, and `embedded` is a float tensor;
    - padding is on the right, and a text has the same vectors alone and in a padded batch;
    - in evaluation, the vectors of a text depend on the text and the weights only;
    - all weights are parameters or buffers of the module, so that a checkpoint holds them.

    `dropout` is the share of the numbers of all vectors that are set to zero in training.
    """

    dim: int
    dropout: float = 0.0

    def forward(self, inputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return `embedded` [B, T, D] and its mask, for `inputs` [B, S, ...] and `mask` bool [B, S]."""
        embedded, mask = self.embed(inputs, mask)
        if self.training and self.dropout:
            embedded = F.dropout(embedded, self.dropout)
        return embedded, mask

    @abstractmethod
    def embed(self, inputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Return the vectors without dropout, and their mask."""

    def updates(self) -> TableUpdates | None:
        """Return what updates the rows of a table in training, with a learning rate and epochs of their own.

        By default None: all weights of the embedder are trained as those of the encoder are.
        """
        return None

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
    """Looks up ids in an embedding table: `weight` float32 [V, D], whose row 0 is padding.

    Training updates the `trainable` rows (bool [V]), never the padding row. With `sparse`, a step updates
    only those of them that it reads.
    """

    def __init__(self, weight: Tensor, trainable: BoolArray | None = None, sparse: bool = False) -> None:
        super().__init__()
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
    def of(cls, vectors: FloatArray, trainable: BoolArray, sparse: bool = False) -> TableEmbedder:
        """Make an embedder with a copy of `vectors` float32 [V, D].

        It draws from torch's generator what `nn.Embedding` draws: encoder and head, which are built after
        it, have the first weights that they have beside an `nn.Embedding`.
        """
        weight = nn.Embedding(vectors.shape[0], vectors.shape[1], PAD_ID).weight.detach()
        return cls(weight.copy_(torch.from_numpy(vectors)), trainable, sparse)

    def vectors(self) -> FloatArray:
        """Return the table, float32 [V, D]; it may share memory with the weights."""
        vectors: FloatArray = self.weight.detach().cpu().numpy()
        return vectors

    def with_vectors(self, vectors: FloatArray) -> TableEmbedder:
        """Return a frozen embedder with the table `vectors`, float32 [V, D]."""
        return TableEmbedder(torch.from_numpy(vectors).to(self.weight.device))

    def extended(self, vectors: FloatArray) -> TableEmbedder:
        """Return a frozen embedder with a copy of this table and then the rows `vectors`, float32 [n, D].

        If training updates this table, the returned embedder has to `follow` it.
        """
        added = torch.from_numpy(vectors).to(self.weight.device)
        return TableEmbedder(torch.cat([self.weight.detach(), added]))

    @torch.no_grad()
    def follow(self, trained: Embedder) -> None:
        """Take over the table of `trained`, from which this one was extended; added rows stay unchanged."""
        assert isinstance(trained, TableEmbedder)
        if self is not trained and trained.trainable:
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
