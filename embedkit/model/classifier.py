"""The classifier: embedding table, sequence encoder, linear head."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from embedkit.errors import EmbedkitError
from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.contracts import check_encoded
from embedkit.model.objective import Objective, objective_of
from embedkit.text.vocabulary import PAD_ID

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.interfaces import BoolArray, Encoder, FloatArray, SequenceEncoder


class TextClassifier(nn.Module):
    """A model from texts to logits [B, L]: one logit for binary classification, else one per class.

    `moving_rows` (int64 [m]) are the rows of the embedding table that training updates; None means all but
    the padding row. With `sparse`, a step updates only those of them that it reads. `embedding_dropout` is
    the share of the numbers of all word vectors that are set to zero in training.
    """

    moving_rows: Tensor | None = None
    sparse: bool = False
    embedding_dropout: float = 0.0

    def __init__(
        self, embedding: nn.Embedding, encoder: nn.Module, head: nn.Linear, objective: Objective
    ) -> None:
        super().__init__()
        self.objective = objective
        self.embedding = embedding
        self.encoder = encoder
        self.head = head
        self.output_dim = head.in_features

    @classmethod
    def new(
        cls, rows: int, dim: int, encoder: Encoder, classes: int, multilabel: bool = False
    ) -> TextClassifier:
        """Build the model. Embedding, encoder and head draw their initial weights in this order."""
        embedding = nn.Embedding(rows, dim, padding_idx=PAD_ID)
        built = encoder.build(dim)
        output_dim = cast("SequenceEncoder", built).output_dim
        objective = objective_of(classes, multilabel)
        return cls(embedding, built, nn.Linear(output_dim, objective.logits), objective)

    @classmethod
    def beside_table(
        cls, dim: int, encoder: Encoder, classes: int, multilabel: bool = False
    ) -> dict[str, Tensor] | None:
        """Return the weights of encoder and head, by name, as meta tensors, which take no memory.

        Returns None if the encoder cannot be built on the meta device.
        """
        try:
            with torch.device("meta"), torch.random.fork_rng(devices=[]):
                built = encoder.build(dim)
                head = nn.Linear(
                    cast("SequenceEncoder", built).output_dim, objective_of(classes, multilabel).logits
                )
        except EmbedkitError:
            raise
        except Exception:  # a plugin's encoder may work out its weights
            return None
        parts = nn.ModuleDict({"encoder": built, "head": head})
        return dict(parts.state_dict())

    @property
    def device(self) -> torch.device:
        """Return the device of the weights."""
        return self.embedding.weight.device

    @property
    def width(self) -> int:
        """Return the dimension D of the embedding table."""
        return self.embedding.embedding_dim

    def widened(self, vectors: FloatArray) -> TextClassifier:
        """Return a model with this model's table, frozen and extended by `vectors`, float32 [n, D].

        Encoder and head are shared, but the table is a copy: if training updates this model's table, the
        returned model has to `follow` it.
        """
        weight = torch.cat([self.embedding.weight.detach(), torch.from_numpy(vectors).to(self.device)])
        embedding = nn.Embedding(len(weight), weight.shape[1], PAD_ID, _weight=weight, _freeze=True)
        return TextClassifier(embedding, self.encoder, self.head, self.objective)

    @torch.no_grad()
    def follow(self, trained: TextClassifier) -> None:
        """Take over the table of `trained`, from which this model was widened; added rows stay unchanged."""
        if self is not trained and trained.embedding.weight.requires_grad:
            self.embedding.weight[: len(trained.embedding.weight)] = trained.embedding.weight

    def forward(self, ids: Tensor, mask: Tensor, rows: Tensor | None = None) -> Tensor:
        """Return the logits [B, L] for `ids` int64 [B, T] and `mask` bool [B, T], True at tokens.

        The ids are rows of the embedding table or, where given, of `rows` [U, D], whose first row is padding.
        """
        embedded = self.embedding(ids) if rows is None else F.embedding(ids, rows, PAD_ID)
        if self.training and self.embedding_dropout:
            embedded = F.dropout(embedded, self.embedding_dropout)
        encoder = self.encoder
        with owner_of(encoder).calling("forward() raised", guarded=False):
            encoded = encoder(embedded, mask)
        return cast("Tensor", self.head(check_encoded(encoder, encoded, len(ids), self.output_dim)))


def build_classifier(
    vectors: FloatArray,
    trainable: BoolArray,
    encoder: Encoder,
    classes: int,
    seed: int,
    multilabel: bool = False,
    sparse: bool = False,
) -> TextClassifier:
    """Build a classifier on the table `vectors` [V, D]; training updates its `trainable` rows (bool [V]).

    With `sparse`, a step updates only those of them that it reads.

    The initial weights are those that `torch.manual_seed(seed)`, then `nn.Embedding`, the encoder and
    `nn.Linear` would draw; torch's global generator is restored afterwards.
    """
    rows, dim = vectors.shape
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = TextClassifier.new(rows, dim, encoder, classes, multilabel)
    with torch.no_grad():
        model.embedding.weight.copy_(torch.from_numpy(vectors))
    _restrict_training(model, trainable)
    model.sparse = sparse
    return model


def _restrict_training(model: TextClassifier, trainable: BoolArray) -> None:
    """Let training update only the `trainable` rows; the padding row never gets a gradient."""
    if not trainable.any():
        model.embedding.weight.requires_grad_(False)
    elif not trainable[np.arange(len(trainable)) != PAD_ID].all():
        model.moving_rows = torch.from_numpy(trainable.nonzero()[0])
