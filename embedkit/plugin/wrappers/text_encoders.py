"""Wrappers of text encoders, and of the models that they open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedkit.interfaces.calling import OWNER
from embedkit.interfaces.changes import accepting, heed
from embedkit.plugin.wrappers.wrapped import Wrapped

if TYPE_CHECKING:
    from torch import nn

    from embedkit.interfaces import Pieces, TextEncoder, TextEncoderContext, TextModel


class WrappedTextEncoder(Wrapped):
    """The wrapper of a text encoder."""

    protocol = "TextEncoder"
    _made: TextEncoder

    def open(self, context: TextEncoderContext, **newer: Any) -> TextModel:
        """Open the model and return it in a wrapper.

        Raises ComponentError if it has no `dim`, `digest`, `pieces` or `build`.
        """
        from embedkit.interfaces.contracts import check_has

        with self._owner.calling("open() raised"):
            model = accepting("TextEncoder.open", self._made.open)(context, **newer)
            heed(WrappedTextModel.protocol, model)
        check_has(self, "open()", model, "dim", "digest", "pieces", "build")
        wrapped = WrappedTextModel.of(model, self._owner)
        _ = wrapped.dim, wrapped.digest
        return wrapped


class WrappedTextModel(Wrapped):
    """The wrapper of a model that a text encoder opened."""

    protocol = "TextModel"
    _made: TextModel

    @property
    def dim(self) -> int:
        """Return D, the width of the vectors. Raises ComponentError unless it is an integer from 1."""
        from embedkit.interfaces.contracts import check_dim

        return check_dim(self, self._of_made("dim"))

    @property
    def digest(self) -> str:
        """Return what identifies files and settings. Raises ComponentError unless it is a text."""
        from embedkit.interfaces.contracts import check_digest

        return check_digest(self, self._of_made("digest"))

    def pieces(self, texts: Sequence[str], **newer: Any) -> Pieces:
        """Return the pieces of `texts`. Raises ComponentError if they contradict themselves."""
        from embedkit.interfaces.contracts import check_pieces

        with self._owner.calling(lambda: f"pieces() of {len(texts):,} texts raised"):
            pieces = accepting("TextModel.pieces", self._made.pieces)([*texts], **newer)
        return check_pieces(self, pieces, len(texts))

    def build(self, **newer: Any) -> nn.Module:
        """Build the network and mark it with its owner. Raises ComponentError if it is no TextNetwork."""
        from embedkit.interfaces.contracts import check_network

        with self._owner.calling("build() raised", guarded=False):
            network = accepting("TextModel.build", self._made.build)(**newer)
            setattr(check_network(self, network), OWNER, self._owner)
            heed("TextNetwork", network)
        return network
