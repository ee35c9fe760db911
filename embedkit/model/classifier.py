"""The classifier: embedder, sequence encoder, linear head."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from embedkit.errors import EmbedkitError
from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.contracts import check_encoded
from embedkit.model.embedder import Embedder, TableEmbedder

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.interfaces import Encoder, SequenceEncoder
    from embedkit.model.objective import Objective


class TextClassifier(nn.Module):
    """A model from texts to logits [B, L]: one logit for binary classification, else one per class.

    Encoder and head work on the vectors of the `embedding`, an Embedder, whatever its kind.
    """

    def __init__(
        self, embedding: Embedder, encoder: nn.Module, head: nn.Linear, objective: Objective
    ) -> None:
        super().__init__()
        self.objective = objective
        self.embedding: Embedder = embedding
        self.encoder = encoder
        self.head = head
        self.output_dim = head.in_features

    @classmethod
    def new(cls, embedding: Embedder, encoder: Encoder, objective: Objective) -> TextClassifier:
        """Build the model. Encoder and head draw their initial weights in this order."""
        return cls(embedding, *_build(encoder, embedding.dim, objective), objective)

    @property
    def table_embedder(self) -> TableEmbedder:
        """Return the embedder of a model that has an embedding table."""
        assert isinstance(self.embedding, TableEmbedder)
        return self.embedding

    @property
    def device(self) -> torch.device:
        """Return the device of the weights."""
        return self.head.weight.device

    def stored(self) -> dict[str, Tensor]:
        """Return the weights that a saved run stores, by name."""
        kept = {f"embedding.{name}" for name in self.embedding.stored()}
        weights = self.state_dict().items()
        return {name: each for name, each in weights if name in kept or not name.startswith("embedding.")}

    def with_embedder(self, embedding: Embedder) -> TextClassifier:
        """Return a model with another embedder; encoder and head are shared with this model."""
        return TextClassifier(embedding, self.encoder, self.head, self.objective)

    def forward(self, inputs: Tensor, mask: Tensor) -> Tensor:
        """Return the logits [B, L] for the embedder's `inputs` [B, S, ...] and their `mask` bool [B, S]."""
        return cast("Tensor", self.head(self.encoded(inputs, mask)))

    def encoded(self, inputs: Tensor, mask: Tensor) -> Tensor:
        """Return what the encoder makes of the texts, [B, H]: what the head reads."""
        embedded, mask = self.embedding(inputs, mask)
        encoder = self.encoder
        with owner_of(encoder).calling("forward() raised", guarded=False):
            encoded = encoder(embedded, mask)
        return check_encoded(encoder, encoded, len(inputs), self.output_dim)


def _build(encoder: Encoder, dim: int, objective: Objective) -> tuple[nn.Module, nn.Linear]:
    """Build the encoder for vectors of `dim` dimensions, then the head."""
    built = encoder.build(dim)
    return built, nn.Linear(cast("SequenceEncoder", built).output_dim, objective.logits)


def weights_beside_embedder(encoder: Encoder, dim: int, objective: Objective) -> dict[str, Tensor] | None:
    """Return the weights of encoder and head, by name, as meta tensors, which take no memory.

    Returns None if the encoder cannot be built on the meta device.
    """
    try:
        with torch.device("meta"), torch.random.fork_rng(devices=[]):
            built, head = _build(encoder, dim, objective)
    except EmbedkitError:
        raise
    except Exception:  # a plugin's encoder may work out its weights
        return None
    parts = nn.ModuleDict({"encoder": built, "head": head})
    return dict(parts.state_dict())


def build_classifier(
    make_embedder: Callable[[], Embedder], encoder: Encoder, objective: Objective, seed: int
) -> TextClassifier:
    """Build a classifier whose initial weights follow from `seed`.

    They are those that `torch.manual_seed(seed)`, then `make_embedder`, the encoder and `nn.Linear` draw;
    torch's global generator is restored afterwards.
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return TextClassifier.new(make_embedder(), encoder, objective)
