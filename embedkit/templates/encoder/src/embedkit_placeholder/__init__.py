"""Attention pooling, an encoder that learns which words of a text count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from embedkit.plugin_api import Doc, Register, hookimpl

if TYPE_CHECKING:
    from torch import nn


class Placeholder:
    """Attention pooling: means of the words' vectors, with weights that are learnt.

    Lin et al. 2017, "A Structured Self-attentive Sentence Embedding".
    """

    def __init__(
        self, *, heads: Annotated[int, Ge(1), Doc("weighted means of a text; H is heads * D")] = 1
    ) -> None:
        self.heads = heads

    def build(self, input_dim: int) -> nn.Module:
        """Build the module, with weights drawn from torch's global generator."""
        from .module import AttentionPooling

        return AttentionPooling(input_dim, self.heads)


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `placeholder`."""
    register("placeholder", Placeholder)
