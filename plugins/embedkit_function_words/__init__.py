"""Function words, which carry grammar rather than content: `english`."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_function_words(register: Register) -> None:
    """Register the closed classes of English."""
    register("english", "embedkit_function_words.english:English")
