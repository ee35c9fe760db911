"""The encoders `ensemble` and `slice`, which are made of other encoders."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_composed.ensemble import Ensemble
from embedkit_composed.slice import Slice


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `ensemble` and `slice`."""
    register("ensemble", Ensemble)
    register("slice", Slice)
