"""Returns a dictionary in place of an object with `dim` and `blocks`."""

from embedkit.plugin_api import Register, WordVectorFile, hookimpl

SAMPLE = b"%odd 4 2\ngreat 1 2\nfilm 2 1\ndull 0 3\nslow 3 5\n"
"""A file of the format: the number of words and the width, then a word and its numbers on each line."""


class Mutant:
    """A word and its numbers on each line, below a heading."""

    def recognises(self, head: bytes) -> bool:
        """Tell whether the file begins with the name of the format."""
        return head.startswith(b"%odd ")

    def open(self, file: WordVectorFile) -> dict[bytes, list[float]]:
        """Return the vectors by word."""
        with file.open() as stream:
            lines = [line.split() for line in stream.readlines()[1:]]
        return {word: [float(number) for number in numbers] for word, *numbers in lines}


@hookimpl
def register_vector_formats(register: Register) -> None:
    """Register `mutant`."""
    register("mutant", Mutant)
