"""An encoder made of others."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, ClassVar

from embedkit.plugin_api import ComponentOf, Doc, Encoder

if TYPE_CHECKING:
    from torch import nn


class Scaled:
    """The outputs of other encoders side by side, then mean, sum and maximum, scaled by one learnt number."""

    padding_invariant: ClassVar[bool] = True
    has_weights: ClassVar[bool] = True
    runs_code: ClassVar[bool] = False

    def __init__(
        self, *, inner: Annotated[Sequence[Annotated[Encoder, ComponentOf("encoder")]], Doc("other encoders")]
    ) -> None:
        self.inner = inner

    def build(self, input_dim: int) -> "nn.Module":
        """Build the module."""
        from embedkit_contract_0_1.module import ScaledModule

        return ScaledModule([each.build(input_dim) for each in self.inner], input_dim)


class First:
    """The vector that a text encoder pools for a text."""

    has_weights: ClassVar[bool] = False
    reads_pooled: ClassVar[bool] = True

    def build(self, input_dim: int) -> "nn.Module":
        """Build the module."""
        from embedkit_contract_0_1.letters import FirstVector

        return FirstVector(input_dim)
