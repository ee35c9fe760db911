"""Makes tokens of at most four units of UTF-16, which may divide a character."""

from collections.abc import Sequence

from embedkit.plugin_api import Register, hookimpl


class Mutant:
    """Pieces of the words between white space."""

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """A list of tokens for each text."""
        return [[part for word in text.split() for part in self._parts(word)] for text in texts]

    def _parts(self, word: str) -> list[str]:
        units = word.encode("utf-16-le")
        starts = range(0, len(units), 8)
        return [units[at : at + 8].decode("utf-16-le", errors="surrogatepass") for at in starts]


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
