"""The embedding `concat`: the word vectors of several sources, concatenated."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `concat`."""
    from embedkit_concat.embedding import Concat

    register("concat", Concat)
