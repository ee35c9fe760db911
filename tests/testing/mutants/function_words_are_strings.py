"""Gives one string, of which every letter would be a word."""

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """Articles and conjunctions."""

    def words(self) -> str:
        """The words."""
        return "a an the and or but"


@hookimpl
def register_function_words(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
