r"""Test sets for intrinsic evaluation: word pairs with human scores, and analogy questions.

UTF-8 text with one entry a line; a line that begins with `#` is a comment. Pairs are `word1 word2 score` (the
form in which WordSim-353, SimLex-999 and RG-65 are handed round), and may begin with a header line. Questions
are `a b c d`, in sections that begin with `: name` (questions-words.txt of word2vec, Mikolov et al. 2013).
Fields are separated by tabs if a line has any, otherwise by spaces.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TypeVar

from embedkit.errors import DataError, Fault

SHOWN = 10
"""Malformed lines that are named, of a file that may hold nothing else."""


class Pair(NamedTuple):
    """Two words and their human similarity score, on any scale; `line` is the line number in the file."""

    first: str
    second: str
    score: float
    line: int = 0


class Question(NamedTuple):
    """`a` is to `b` as `c` is to `expected`."""

    section: str
    a: str
    b: str
    c: str
    expected: str
    line: int = 0

    @property
    def words(self) -> tuple[str, str, str, str]:
        """Return the four words of the question."""
        return self.a, self.b, self.c, self.expected


class _MalformedError(Exception):
    """A line is malformed; the message says how."""


Line = tuple[int, str]
Entry = TypeVar("Entry")


def read_pairs(path: str | os.PathLike[str]) -> list[Pair]:
    """Read the word pairs of a file, in order.

    Raises DataError, naming file and line of the malformed ones, and for a file without pairs.
    """
    lines = _lines(Path(path))
    if lines and _is_header(lines[0][1]):
        del lines[0]
    return _entries(path, lines, _pair, "pairs")


def read_questions(path: str | os.PathLike[str]) -> list[Question]:
    """Read the analogy questions of a file, in order.

    Raises DataError, naming file and line of the malformed ones, and for a file without questions.
    """
    return _entries(path, _lines(Path(path)), _Sections().question, "questions")


def _pair(number: int, line: str) -> Pair:
    fields = _fields(line)
    if len(fields) != 3:
        raise _MalformedError(f"expected word, word and score, got {len(fields)} fields")
    return Pair(fields[0], fields[1], _score(fields[2]), number)


def _is_header(line: str) -> bool:
    """Return whether a line is a header: three fields or more, the last of which is not meant as a number."""
    fields = _fields(line)
    return len(fields) >= 3 and not re.search(r"\d|^[-+]?(nan|inf)", fields[-1], re.IGNORECASE)


def _score(field: str) -> float:
    try:
        score = float(field)
    except ValueError:
        raise _MalformedError(f"expected a score, a number, got '{field:.60}'") from None
    if not math.isfinite(score):
        raise _MalformedError(f"expected a finite score, got '{field}'")
    return score


class _Sections:
    """Reads questions, and keeps the names of their sections with the line where each begins."""

    def __init__(self) -> None:
        self._began: dict[str, int] = {}

    def question(self, number: int, line: str) -> Question | None:
        """Return the question on a line, or None if the line begins a section. Raises _MalformedError."""
        if line.startswith(":"):
            self._begin(line[1:].strip(), number)
            return None
        words = _fields(line)
        if len(words) != 4:
            raise _MalformedError(f"expected four words, got {len(words)}")
        if not self._began:
            raise _MalformedError("expected a section, ': name', before the first question")
        a, b, c, expected = words
        return Question([*self._began][-1], a, b, c, expected, number)

    def _begin(self, name: str, number: int) -> None:
        if not name:
            raise _MalformedError("expected the section's name after ':'")
        if name in self._began:
            raise _MalformedError(f"the section '{name}' began on line {self._began[name]} already")
        self._began[name] = number


def _fields(line: str) -> list[str]:
    return [field.strip() for field in re.split("\t+" if "\t" in line else " +", line)]


def _entries(
    path: str | os.PathLike[str], lines: Iterable[Line], read: Callable[[int, str], Entry | None], what: str
) -> list[Entry]:
    """Parse every line with `read`, and return the entries.

    Raises DataError with the malformed lines, and for a file without entries.
    """
    entries: list[Entry] = []
    faults = []
    for number, line in lines:
        try:
            entry = read(number, line)
        except _MalformedError as error:
            faults.append(Fault(str(error), where=f"{path}:{number}"))
        else:
            entries += [entry] if entry is not None else []
    if len(faults) > SHOWN:
        faults[SHOWN:] = [Fault(f"{len(faults) - SHOWN:,} more lines are malformed", where=str(path))]
    if faults or not entries:
        raise DataError(*faults or [Fault(f"the file holds no {what}", where=str(path))])
    return entries


def _lines(path: Path) -> list[Line]:
    """Return number and text of every line that is neither empty nor a comment.

    Raises DataError for a file that cannot be read or is not UTF-8.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = 1 + error.object.count(b"\n", 0, error.start)
        what = f"byte 0x{error.object[error.start]:02x} is not UTF-8"
        raise DataError(Fault(what, where=f"{path}:{line}", hint="Save the file as UTF-8.")) from error
    except OSError as error:
        raise DataError(Fault(f"cannot be read: {error.strerror}", where=str(path))) from error
    numbered = enumerate(map(str.strip, text.split("\n")), start=1)
    return [(number, line) for number, line in numbered if line and not line.startswith("#")]
