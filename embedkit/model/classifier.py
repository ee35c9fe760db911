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
    """Texts to the logits [B, L] of an objective: one for a choice of two classes, else one for each.

    `moving_rows` (int64 [m]) are the rows of the table that training moves; None for all but the padding row.
    `sparse` says that a step moves such of them alone as it reads. `embedding_dropout` is the share of the
    numbers of all word vectors that are set to zero in training.
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
        """Submodules are built, and so draw their first weights, in the order embedding, encoder, head."""
        embedding = nn.Embedding(rows, dim, padding_idx=PAD_ID)
        built = encoder.build(dim)
        output_dim = cast("SequenceEncoder", built).output_dim
        objective = objective_of(classes, multilabel)
        return cls(embedding, built, nn.Linear(output_dim, objective.logits), objective)

    @classmethod
    def beside_table(
        cls, dim: int, encoder: Encoder, classes: int, multilabel: bool = False
    ) -> dict[str, Tensor] | None:
        """What `new` gives besides the table: by name, tensors that take no memory.

        None where the encoder cannot be built without memory.
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
        """Where the weights are."""
        return self.embedding.weight.device

    @property
    def width(self) -> int:
        """D of the table."""
        return self.embedding.embedding_dim

    def widened(self, vectors: FloatArray) -> TextClassifier:
        """The same encoder and head behind a frozen table that goes on with `vectors`, float32 [n, D].

        The table is a copy: where training moves this one's, the other has to `follow`.
        """
        weight = torch.cat([self.embedding.weight.detach(), torch.from_numpy(vectors).to(self.device)])
        embedding = nn.Embedding(len(weight), weight.shape[1], PAD_ID, _weight=weight, _freeze=True)
        return TextClassifier(embedding, self.encoder, self.head, self.objective)

    @torch.no_grad()
    def follow(self, trained: TextClassifier) -> None:
        """Take over the table of `trained`, which this one was widened from; the rows after it stay."""
        if self is not trained and trained.embedding.weight.requires_grad:
            self.embedding.weight[: len(trained.embedding.weight)] = trained.embedding.weight

    def forward(self, ids: Tensor, mask: Tensor, rows: Tensor | None = None) -> Tensor:
        """`ids` int64 [B, T] and `mask` bool [B, T], True at tokens, to logits [B, L].

        The ids are numbers of rows of the table or, where given, of `rows` [U, D], the first being padding.
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
    """A classifier over the table `vectors` [V, D], of which training moves the `trainable` rows (bool [V]).

    Where `sparse`, a step moves such of them alone as it reads.

    The weights are those that `torch.manual_seed(seed)`, then `nn.Embedding`, the encoder and `nn.Linear`
    would draw; torch's global generator is left as it was.
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
    """Let training move the `trainable` rows alone; the padding row never gets a gradient."""
    if not trainable.any():
        model.embedding.weight.requires_grad_(False)
    elif not trainable[np.arange(len(trainable)) != PAD_ID].all():
        model.moving_rows = torch.from_numpy(trainable.nonzero()[0])
