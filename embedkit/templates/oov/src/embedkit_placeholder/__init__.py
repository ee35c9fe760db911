"""Words without their suffix, for words whose form has no vector where another form has one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from annotated_types import Ge

from embedkit.plugin_api import Doc, FillContext, Filled, Register, hookimpl


class Placeholder:
    """The word without its suffix: `film` for `films`, longer suffixes first."""

    total: ClassVar[bool] = False

    def __init__(
        self,
        *,
        suffixes: Annotated[Sequence[str], Doc("endings to take off")] = (
            "ing",
            "ed",
            "er",
            "est",
            "ly",
            "s",
        ),
        shortest: Annotated[int, Ge(1), Doc("characters that have to be left")] = 3,
    ) -> None:
        self.suffixes = suffixes
        self.shortest = shortest

    def candidates(self, word: str) -> Sequence[str]:
        """Return the word without each suffix that it has; embedkit takes the first that has a vector."""
        longest_first = sorted(filter(None, self.suffixes), key=len, reverse=True)
        stems = [word.removesuffix(suffix) for suffix in longest_first if word.endswith(suffix)]
        return [stem for stem in stems if len(stem) >= self.shortest]

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Leave every word to the next policy."""
        import numpy as np

        vectors = np.zeros((len(words), context.source.dim), np.float32)
        return Filled(vectors, np.zeros(len(words), np.bool_))


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register `placeholder`."""
    register("placeholder", Placeholder)
