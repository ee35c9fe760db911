"""The encoder `rnn`: a simple recurrent network."""

from __future__ import annotations

from embedkit.hookspecs import Register, hookimpl
from embedkit_rnn.encoder import Rnn


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `rnn`."""
    register("rnn", Rnn)
