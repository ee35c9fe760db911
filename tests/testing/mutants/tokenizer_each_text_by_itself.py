"""Leaves out the words that several texts of a call have."""

from collections import Counter
from collections.abc import Sequence

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """The words between white space."""

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        counts = Counter(word for text in texts for word in {*text.split()})
        return [[word for word in text.split() if counts[word] == 1] for text in texts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
