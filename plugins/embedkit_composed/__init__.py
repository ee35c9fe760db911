"""The encoders `ensemble` and `slice`, which are made of other encoders."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `ensemble` and `slice`."""
    register("ensemble", "embedkit_composed.ensemble:Ensemble")
    register("slice", "embedkit_composed.slice:Slice")
