"""The embedding `concat`: the word vectors of several sources, concatenated."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `concat`."""
    register("concat", "embedkit_concat.embedding:Concat")
