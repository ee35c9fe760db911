"""Function words, which carry grammar rather than content: `english`."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_function_words.english import English


@hookimpl
def register_function_words(register: Register) -> None:
    """Register the closed classes of English."""
    register("english", English)
