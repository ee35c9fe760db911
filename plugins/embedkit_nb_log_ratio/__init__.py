"""The embedding `nb-log-ratio`: in how many more texts of one class a word stands than of the others."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """The embedding `nb-log-ratio`."""
    from embedkit_nb_log_ratio.embedding import NBLogRatio

    register("nb-log-ratio", NBLogRatio)
