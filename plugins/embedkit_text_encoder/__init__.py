"""The baseline that classifies the pooled vectors of a text encoder."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_baselines(register: Register) -> None:
    """Register the baseline `text-encoder`."""
    register("text-encoder", "embedkit_text_encoder.baseline:EncodedRegression")
