"""Has no words."""

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """Articles and conjunctions."""

    def words(self) -> list[str]:
        """The words."""
        return []


@hookimpl
def register_function_words(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
