"""Function words of Esperanto, from a file in the package."""

from importlib.resources import files
from typing import Annotated

from embedkit.plugin_api import Doc, hookimpl


class Esperanto:
    """The article, prepositions, conjunctions, pronouns and correlatives of Esperanto."""

    def __init__(
        self, *, accusative: Annotated[bool, Doc("whether pronouns in -n count as well")] = True
    ) -> None:
        self.accusative = accusative

    def words(self) -> set[str]:
        """Return the words."""
        words = set(files(__package__).joinpath("words.txt").read_text("utf-8").split())
        if self.accusative:
            words |= {f"{word}n" for word in words if word in PRONOUNS}
        return words


PRONOUNS = {"mi", "vi", "li", "ŝi", "ĝi", "ni", "ili", "oni", "si"}


@hookimpl
def register_function_words(register):
    """Register `esperanto`."""
    register("esperanto", Esperanto)
