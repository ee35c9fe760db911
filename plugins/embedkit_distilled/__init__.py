"""Word vectors made by a text encoder that reads the words of the recipe's own vocabulary."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `distilled`."""
    register("distilled", "embedkit_distilled.embedding:Distilled")
