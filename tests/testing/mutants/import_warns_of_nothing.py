"""Warns when it is imported."""

import warnings
from collections.abc import Sequence

from embedkit.plugin_api import Register, hookimpl

warnings.warn("embedkit-mutant is not tested with long texts", stacklevel=2)


class Mutant:
    """The words between white space."""

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        return [text.split() for text in texts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
