"""The encoder `cnn`: convolutions over neighbouring tokens, with each filter's maximum over the text."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `cnn`."""
    register("cnn", "embedkit_cnn.encoder:Cnn")
