"""`slice`: an encoder that reads some dimensions of the word vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Ge, Gt

from embedkit.plugin_api import ComponentOf, Doc, Encoder, Fault, RecipeError

if TYPE_CHECKING:
    from torch import nn


class Slice:
    """An encoder of some dimensions of the word vectors, such as those that one source of `concat` gives."""

    has_weights: ClassVar[bool] = False

    def __init__(
        self,
        *,
        first: Annotated[int, Ge(0), Doc("the first dimension, from 0")] = 0,
        count: Annotated[
            int | None, Gt(0), Doc("the number of dimensions; null: all from `first` on")
        ] = None,
        frozen: Annotated[bool, Doc("do not train these dimensions of the embedding matrix")] = False,
        encoder: Annotated[
            Encoder, ComponentOf("encoder"), Doc("the encoder that reads them, with its own keys")
        ],
    ) -> None:
        self.first = first
        self.count = count
        self.frozen = frozen
        self.encoder = encoder

    @property
    def padding_invariant(self) -> bool:
        """Return whether the encoder's result for a text is independent of the padding."""
        return getattr(self.encoder, "padding_invariant", True)

    def build(self, input_dim: int) -> nn.Module:
        """Build the encoder for these dimensions. Raises RecipeError if the word vectors have fewer."""
        from embedkit_composed.module import SliceModule

        count = input_dim - self.first if self.count is None else self.count
        if count < 1 or self.first + count > input_dim:
            what = f"dimensions {self.first} to {self.first + max(count, 1) - 1} of vectors of {input_dim}"
            raise RecipeError(Fault(what, where="encoder", hint=f"They are 0 to {input_dim - 1}."))
        return SliceModule(self.encoder.build(count), slice(self.first, self.first + count), self.frozen)
