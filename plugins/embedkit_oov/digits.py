"""`digits`: the digits of a number hidden behind `#`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Annotated

from annotated_types import Ge, Len

from embedkit.plugin_api import Doc
from embedkit_oov.respelling import Respelling

DIGIT = re.compile("[0-9]")


class Digits(Respelling):
    """Every digit of a word that has several put as `#`, as in GoogleNews: `1999` is `####`, `mp3` stays."""

    def __init__(
        self,
        *,
        mark: Annotated[
            str, Len(1, 1), Doc("the character for a digit; `0` where a file's digits are zeroed")
        ] = "#",
        least: Annotated[int, Ge(1), Doc("the number of digits from which a word is changed")] = 2,
    ) -> None:
        self.mark = mark
        self.least = least

    def candidates(self, word: str) -> Sequence[str]:
        """Return the word with its digits replaced by `mark`, or nothing for a word without digits."""
        return super().candidates(word) if DIGIT.search(word) else ()

    def spellings(self, word: str) -> Iterable[str]:
        """Return the word with its digits replaced by `mark`."""
        return (hidden(word, self.mark, self.least),)


def hidden(word: str, mark: str = "#", least: int = 2) -> str:
    """Return the word with `mark` for each digit 0-9 in the parts between `_` that have `least` or more."""
    if not DIGIT.search(word):
        return word
    return "_".join(
        DIGIT.sub(lambda _: mark, part) if len(DIGIT.findall(part)) >= least else part
        for part in word.split("_")
    )
