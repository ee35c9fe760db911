"""The out-of-vocabulary policy `edit-distance`, by the package rapidfuzz."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `edit-distance`."""
    register("edit-distance", "embedkit_rapidfuzz.policy:EditDistance")
