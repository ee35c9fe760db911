"""The encoder `transformer`: layers of self-attention."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `transformer`."""
    register("transformer", "embedkit_transformer.encoder:Transformer")
