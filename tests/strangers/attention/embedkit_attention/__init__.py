"""An encoder that pools by attention. Its class is imported when a recipe names it."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_encoders(register: Register) -> None:
    """Register `attention`, without importing torch."""
    register("attention", "embedkit_attention.pooling:Attention")
