"""GloVe vectors of 400,000 words in 50 dimensions, from a package on PyPI."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `glove-6b-50d`."""
    register("glove-6b-50d", "embedkit_glove.embedding:Glove6b50d")
