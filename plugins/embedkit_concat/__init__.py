"""Several sources of word vectors side by side."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """The embedding `concat`."""
    from embedkit_concat.embedding import Concat

    register("concat", Concat)
