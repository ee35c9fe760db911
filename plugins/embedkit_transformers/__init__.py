"""Pretrained models of Hugging Face's package `transformers`."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register the text encoder `transformers`."""
    register("transformers", "embedkit_transformers.encoder:Transformers")
