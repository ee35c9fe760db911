"""Function words of Esperanto, an example of a list that a package has as a file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from importlib.resources import files
from typing import Annotated

from embedkit.plugin_api import Doc, Register, hookimpl


class Placeholder:
    """The function words of Esperanto, by the file `words.txt` of this package."""

    def __init__(
        self, *, extra: Annotated[Sequence[str], Doc("further words that are not content words")] = ()
    ) -> None:
        self.extra = extra

    def words(self) -> Collection[str]:
        """Return the words of the file, which white space separates, and those of `extra`."""
        listed = files(__name__).joinpath("words.txt").read_text(encoding="utf-8")
        return {*listed.split(), *self.extra}


@hookimpl
def register_function_words(register: Register) -> None:
    """Register `placeholder`."""
    register("placeholder", Placeholder)
