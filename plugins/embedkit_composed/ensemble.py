"""`ensemble`: several encoders, each trained on texts of its own, together at prediction."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Len

from embedkit.plugin_api import ComponentOf, Doc, Encoder

if TYPE_CHECKING:
    from torch import nn


class Ensemble:
    """Several encoders, of which each text of a training step is read by one, and any other text by all.

    What they encode stands side by side, so that the logits of a text are the mean of those that each of them
    would give alone: models that are trained apart and asked together, over one embedding table.
    """

    has_weights: ClassVar[bool] = False

    def __init__(
        self,
        *,
        encoders: Annotated[
            Sequence[Annotated[Encoder, ComponentOf("encoder")]],
            Len(2),
            Doc("two or more encoders, each with its own keys; an encoder may occur several times"),
        ],
    ) -> None:
        self.encoders = encoders

    @property
    def padding_invariant(self) -> bool:
        """Return whether every encoder's result for a text is independent of the padding."""
        return all(getattr(encoder, "padding_invariant", True) for encoder in self.encoders)

    def build(self, input_dim: int) -> nn.Module:
        """Build the module; its members draw their weights one after another."""
        from embedkit_composed.module import EnsembleModule

        return EnsembleModule([encoder.build(input_dim) for encoder in self.encoders])
