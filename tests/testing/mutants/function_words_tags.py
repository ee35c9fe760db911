"""Gives its tags as one string."""

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """Articles and conjunctions."""

    def words(self) -> list[str]:
        """The words."""
        return ["a", "an", "the"]

    def tags(self) -> str:
        """The parts of speech of function words."""
        return "DT CC"


@hookimpl
def register_function_words(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
