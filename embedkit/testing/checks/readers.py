"""Checks of readers, with the source that their parameters name."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Sequence
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

from embedkit.errors import EmbedkitError
from embedkit.interfaces import Example
from embedkit.testing.check import check, expect
from embedkit.testing.checks.files import names_damaged_files
from embedkit.testing.damage import WRONG_BYTE, damaged
from embedkit.testing.exercise import Exercise
from embedkit.testing.subject import Subject

MOST = 10_000
"""Examples that are read at most."""


def read(subject: Subject) -> Sequence[Any]:
    """Return the first examples of a new reader."""
    return [*islice(iter(subject.make().read()), MOST)]


@check("reader")
def reader_gives_examples(subject: Subject) -> None:
    """`read` returns something to go through, such as a generator or a list, of Example objects."""
    examples = subject.make().read()
    expect(isinstance(examples, Iterable), "examples to go through", repr(type(examples).__name__))
    for number, example in enumerate(islice(iter(examples), MOST), 1):
        expect(isinstance(example, Example), f"an Example as number {number}", f"{example!r:.60}")


@check("reader", requires=(reader_gives_examples,))
def reader_has_examples(subject: Subject) -> None:
    """The source that the parameters name has an example, so that there is something to check."""
    expect(len(read(subject)) > 0, "an example", "none")


@check("reader", requires=(reader_gives_examples,))
def reader_ids(subject: Subject) -> None:
    """`id` is the row of an example in its source, an integer from 1."""
    for example in read(subject):
        fits = type(example.id) is int and 0 < example.id < 2**63
        expect(fits, "an integer from 1", repr(example.id))


@check("reader", requires=(reader_ids,))
def reader_ids_increase(subject: Subject) -> None:
    """Examples come in the order of their source, each row once, so that ids increase."""
    ids = [example.id for example in read(subject)]
    for before, after in pairwise(ids):
        expect(after > before, f"an id over {before} behind it", str(after))


@check("reader", requires=(reader_gives_examples,))
def reader_texts(subject: Subject) -> None:
    """`text` is a string; bytes are decoded."""
    for example in read(subject):
        expect(isinstance(example.text, str), f"a string as text {example.id}", f"{example.text!r:.60}")


@check("reader", requires=(reader_gives_examples,))
def reader_labels(subject: Subject) -> None:
    """`label` is a string, or None where it is not known; numbers are written out."""
    for example in read(subject):
        fits = isinstance(example.label, str | None)
        expect(fits, f"a string or None as the label of example {example.id}", f"{example.label!r:.60}")


@check("reader", requires=(reader_gives_examples,))
def reader_groups(subject: Subject) -> None:
    """`group` is a string, or None for an example in no group; numbers are written out."""
    for example in read(subject):
        fits = isinstance(example.group, str | None)
        expect(fits, f"a string or None as the group of example {example.id}", f"{example.group!r:.60}")


@check("reader", requires=(reader_texts, reader_labels, reader_groups))
def reader_strings_are_unicode(subject: Subject) -> None:
    """Texts, labels and groups have no half of a surrogate pair, which no file can hold."""
    for example in read(subject):
        for string in (example.text, example.label or "", example.group or ""):
            whole = string.encode(errors="replace").decode() == string
            expect(whole, f"Unicode in example {example.id}", f"{string!a:.60}")


@check("reader", requires=(reader_gives_examples,))
def reader_closes_its_files(subject: Subject) -> None:
    """No file is open after the last example, nor after reading ends earlier."""
    reader = subject.make()
    before = _open_files()
    for most in (MOST, 1):
        examples = iter(reader.read())
        _ = [*islice(examples, most)]
        getattr(examples, "close", tuple)()
        del examples
        when = "after one example" if most == 1 else "after the last example"
        still = [path for path, _ in _open_files() - before]
        expect(not still, f"no file to be open {when}", ", ".join(still[:3]))


def _open_files() -> set[tuple[str, int]]:
    """Return the path and number of each file that this process has open."""
    import psutil

    gc.collect()
    return {(file.path, file.fd) for file in psutil.Process().open_files()}


@check("reader", requires=(reader_gives_examples, names_damaged_files))
def reader_error_says_where(subject: Subject) -> None:
    """The error of a wrong byte in a file of lines gives its place: the number of a line, row or byte."""
    with damaged(subject) as files:
        for file in files:
            if file.what.startswith(WRONG_BYTE):
                try:
                    read(file.subject)
                except EmbedkitError as error:
                    expect(_gives_place(str(error), file.path), "the number of the line", repr(str(error)))


def _gives_place(message: str, path: Path) -> bool:
    """Return whether an error has a number after a word such as `line`, or after the name of the file."""
    words = "line|row|record|byte|position|char|offset|column|text|example|message|entry|item"
    return (
        re.search(rf"(?i)\b(?:{words})\w*\W{{0,3}}\d|{re.escape(path.name)}\W{{1,3}}\d", message) is not None
    )


def _arguments(number: int) -> int:
    return number  # a reader takes none


def _work(made: Any, _number: int) -> Any:
    return [*islice(iter(made.read()), MOST)]


EXERCISE = Exercise("reader", _arguments, _work, requires=(reader_gives_examples.id,))
