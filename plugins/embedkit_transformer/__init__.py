"""The encoder `transformer`: layers of self-attention."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_transformer.encoder import Transformer


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `transformer`."""
    register("transformer", Transformer)
