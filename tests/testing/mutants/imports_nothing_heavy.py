"""Imports NumPy at the top of the module, for a type."""

from collections.abc import Sequence

import numpy as np

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """The words between white space."""

    def tokenize(self, texts: Sequence[str] | np.ndarray) -> list[list[str]]:
        """A list of tokens for each text."""
        return [text.split() for text in texts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
