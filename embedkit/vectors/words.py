"""The words of records: line ends taken off, and what is not UTF-8 refused or replaced."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from embedkit.vectors.faults import broken
from embedkit.vectors.reading import Errors
from embedkit.vectors.records import LINE_ENDS, Records

HINT = "The file is damaged, or its header's dim is wrong; if words are only cut, use errors: replace."


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
        words = records.raw
        joined = records.joined
        if b"\n" in joined or b"\r" in joined:
            words = [word.lstrip(LINE_ENDS) for word in words]
        if b"\0" in joined:
            raise self._fault("holds a zero byte", joined.index(b"\0"), records, row, shift)
        if joined.isascii():
            return words
        try:
            joined.decode()
        except UnicodeDecodeError as error:
            if self._errors == "strict":
                raise self._fault("is not UTF-8", error.start, records, row, shift) from error
            words = [self._replace(word) for word in words]
        return words

    def _replace(self, word: bytes) -> bytes:
        replaced = word.decode(errors="replace").encode()
        self.replaced += replaced != word
        return replaced

    def _fault(self, what: str, at: int, records: Records, row: int, shift: int) -> Exception:
        index = records.joined.count(b" ", 0, at)
        word = records.raw[index].lstrip(LINE_ENDS)
        what = f"the word {word[:40]!r} {what}"
        offset = records.vectors([index])[0] - 1 - len(word) + shift
        return broken(self._path, what, record=row + index + 1, offset=offset, hint=HINT)
