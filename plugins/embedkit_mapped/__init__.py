"""The out-of-vocabulary policy `mapped`: missing words from a second embedding, by a linear map."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `mapped`."""
    register("mapped", "embedkit_mapped.policy:Mapped")
