"""The encoders `rnn`, `lstm` and `gru`: recurrent networks, and ways to pool their states."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `rnn`, `lstm` and `gru`."""
    register("rnn", "embedkit_rnn.encoder:Rnn")
    register("lstm", "embedkit_rnn.gated:Lstm")
    register("gru", "embedkit_rnn.gated:Gru")
