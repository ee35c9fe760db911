"""The words of records: line ends are removed, and bytes that are not UTF-8 refused or replaced."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from embedkit.vectors.faults import broken
from embedkit.vectors.lookup.records import LINE_ENDS, Records
from embedkit.vectors.reading import Errors

HINT = "The file is damaged, or its header's dim is wrong; if words are only cut, use errors: replace."


def checked_words(words: Iterable[str]) -> list[str]:
    """Return `words` as a list. Raises TypeError if it is one string, or if an item is not a string."""
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
    """Return the words as valid UTF-8, and the number of words changed for that, 0 under `strict`.

    Under `strict`, raises the exception that `refuse` returns for the index of the first wrong word and a
    message.
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
    """Returns the words of records, checked. `replaced` counts the words that were not UTF-8."""

    def __init__(self, path: Path, errors: Errors) -> None:
        self._path = path
        self._errors = errors
        self.replaced = 0

    def words(self, records: Records, row: int, shift: int) -> Sequence[bytes]:
        """Return the words, as UTF-8, of records from number `row` on.

        `shift` plus a place in the window is a byte of the file. Raises VectorFileError for a word with a
        zero byte, and under `strict` for a word that is not UTF-8.
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
