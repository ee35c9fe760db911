"""The embedding `class-ratio`: how much more often a word stands in texts of one class than in the others."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """The embedding `class-ratio`."""
    from embedkit_class_ratio.embedding import ClassRatio

    register("class-ratio", ClassRatio)
