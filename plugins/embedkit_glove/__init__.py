"""GloVe's 400,000 words in 50 dimensions, as a package on PyPI holds them."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """The embedding `glove-6b-50d`."""
    from embedkit_glove.embedding import Glove6b50d

    register("glove-6b-50d", Glove6b50d)
