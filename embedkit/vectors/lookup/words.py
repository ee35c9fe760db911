"""The words of records: line ends taken off, and what is not UTF-8 refused or replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from embedkit.vectors.faults import broken
from embedkit.vectors.lookup.records import LINE_ENDS, Records
from embedkit.vectors.reading import Errors

HINT = "The file is damaged, or its header's dim is wrong; if words are only cut, use errors: replace."


def checked_words(words: Iterable[str]) -> list[str]:
    """The words that are asked for, as a list. Raises TypeError for one string, and for what is no string."""
    if isinstance(words, str | bytes):
        raise TypeError(f"a sequence of words is looked up, not one string: [{words[:40]!r}]")
    listed = [*words]
    strange = next((i for i, word in enumerate(listed) if not isinstance(word, str)), None)
    if strange is not None:
        raise TypeError(f"words[{strange}] is {listed[strange]!r}, not a word")
    return listed


def decodable(
    words: Sequence[bytes], errors: Errors, refuse: Callable[[int, str], Exception]
) -> tuple[Sequence[bytes], int]:
    """The words as valid UTF-8, and how many had to be changed for that: under `strict` none.

    Raises what `refuse` makes of the index of the first wrong word and of what is wrong.
    """
    joined = b" ".join(words)
    if joined.isascii():
        return words, 0
    try:
        joined.decode()
    except UnicodeDecodeError as error:
        index = joined.count(b" ", 0, error.start)
        if errors == "strict":
            raise refuse(index, f"the word {words[index][:40]!r} is not UTF-8") from error
        replaced = [word.decode(errors="replace").encode() for word in words]
        return replaced, sum(map(bytes.__ne__, words, replaced))
    return words, 0


class WordReader:
    """Gives the words of records, checked. `replaced` counts those that were not UTF-8."""

    def __init__(self, path: Path, errors: Errors) -> None:
        self._path = path
        self._errors = errors
        self.replaced = 0

    def words(self, records: Records, row: int, shift: int) -> Sequence[bytes]:
        """The words, as UTF-8, of records that begin with `row`; `shift` leads to bytes of the file.

        Raises VectorFileError for a word with a zero byte, and under `strict` for one that is not UTF-8.
        """

        def refuse(index: int, what: str) -> Exception:
            offset = records.vectors([index])[0] - 1 - len(words[index]) + shift
            return broken(self._path, what, record=row + index + 1, offset=offset, hint=HINT)

        words = records.raw
        if b"\n" in records.joined or b"\r" in records.joined:
            words = [word.lstrip(LINE_ENDS) for word in words]
        if b"\0" in records.joined:
            index = records.joined.count(b" ", 0, records.joined.index(b"\0"))
            raise refuse(index, f"the word {words[index][:40]!r} holds a zero byte")
        if records.joined.isascii():
            return words
        words, replaced = decodable(words, self._errors, refuse)
        self.replaced += replaced
        return words
