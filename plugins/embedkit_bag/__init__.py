"""The encoders `bag`, the words' vectors pooled, and `pooled`, as a text encoder has pooled them."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `bag` and `pooled`."""
    register("bag", "embedkit_bag.encoder:Bag")
    register("pooled", "embedkit_bag.encoder:Pooled")
