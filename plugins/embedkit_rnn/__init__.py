"""The encoders `rnn`, `lstm` and `gru`: recurrent networks, and ways to pool their states."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_rnn.encoder import Rnn
from embedkit_rnn.gated import Gru, Lstm


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `rnn`, `lstm` and `gru`."""
    register("rnn", Rnn)
    register("lstm", Lstm)
    register("gru", Gru)
