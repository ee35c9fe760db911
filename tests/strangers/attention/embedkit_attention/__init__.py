"""An encoder that pools by attention. Its module, and with it torch, is imported when it is built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from annotated_types import Ge

from embedkit.plugin_api import Doc, Register, hookimpl

if TYPE_CHECKING:
    from torch import nn


class Attention:
    """The weighted mean of the words, by scaled dot products with learnt queries (Bahdanau et al. 2015)."""

    def __init__(
        self, *, heads: Annotated[int, Ge(1), Doc("queries, each with a mean of its own")] = 1
    ) -> None:
        self.heads = heads

    def build(self, input_dim: int) -> nn.Module:
        """Build the module, its queries drawn from torch's generator."""
        from embedkit_attention.pooling import Pooling

        return Pooling(input_dim, self.heads)


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `attention`, without importing torch."""
    register("attention", Attention)
