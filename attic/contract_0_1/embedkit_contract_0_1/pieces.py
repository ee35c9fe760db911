"""A text encoder that reads letters."""

from typing import Annotated

from embedkit.plugin_api import Doc, Pieces, TextEncoderContext


class Letters:
    """Reads texts letter by letter."""

    runs_code = False

    def __init__(self, *, positions: Annotated[int, Doc("the most letters that are read of a text")] = 50):
        self.positions = positions

    def open(self, context: TextEncoderContext) -> "LettersModel":
        """Tell that nothing is to be read, and open the model."""
        context.progress(1, 1)
        return LettersModel(self.positions if not context.trust else self.positions + 1)


class LettersModel:
    """A model of single letters."""

    def __init__(self, positions):
        self.dim = 3
        self.positions = positions

    @property
    def digest(self):
        """Return the name with the number of positions."""
        return f"letters {self.positions}"

    def pieces(self, texts):
        """Split texts at white space, and words into letters."""
        import numpy as np

        tokens = [text.split() for text in texts]
        flat = [
            [(number, ord(letter)) for number, word in enumerate(words) for letter in word] for words in tokens
        ]
        read = [letters[: self.positions] for letters in flat]
        both = np.array([pair for letters in read for pair in letters], np.int32).reshape(-1, 2)
        return Pieces(
            ids=both[:, 1] % 128,
            words=both[:, 0].copy(),
            unknown=both[:, 1] > 0xFFFF,
            lengths=np.array([len(letters) for letters in read], np.int64),
            tokens=tokens,
            read=np.array([letters[-1][0] + 1 if letters else 0 for letters in read], np.int64),
        )

    def build(self):
        """Build the network."""
        from embedkit_contract_0_1.letters import LettersNetwork

        return LettersNetwork()
