"""The embedding `nb-log-ratio`: the log-count ratio of a word in each class against the others."""

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register `nb-log-ratio`."""
    register("nb-log-ratio", "embedkit_nb_log_ratio.embedding:NBLogRatio")
