"""The encoder `bag`: the words' vectors pooled, whatever their order."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `bag`."""
    register("bag", "embedkit_bag.encoder:Bag")
