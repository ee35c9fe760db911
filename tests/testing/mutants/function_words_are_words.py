"""Keeps the line ends of its list."""

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """Articles and conjunctions."""

    def words(self) -> list[str]:
        """The words."""
        return "a\nan\nthe\nand\n".splitlines(keepends=True)


@hookimpl
def register_function_words(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
