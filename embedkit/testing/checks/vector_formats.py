"""Checks of formats of word-vector files, with a sample file of the format."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from embedkit.errors import ComponentError, EmbedkitError
from embedkit.interfaces import WordVectorFile
from embedkit.interfaces.calling import described
from embedkit.interfaces.flags import RUNS_CODE
from embedkit.testing.arrays import expect_array
from embedkit.testing.check import ConformanceError, check, expect
from embedkit.testing.checks.common import does_its_work, parameters_typed
from embedkit.testing.exercise import Exercise
from embedkit.testing.foreign_heads import HEADS
from embedkit.testing.samples import Sample, file_at
from embedkit.testing.sources import MISSING, STRANGE
from embedkit.testing.subject import Subject
from embedkit.testing.unpickling import unpickled
from embedkit.vectors.formats.sniff import HEAD
from embedkit.vectors.formats.word2vec_header import MAX_DIM

CUTS = 12
"""Places where a sample is cut, and places where a byte of it is changed."""

LARGE = 1 << 17
"""Bytes of a sample from which on there are fewer such places."""

Rows = list[tuple[str, list[float]]]


def sample_of(subject: Subject) -> Path:
    """Return the path of the sample file of the format."""
    assert subject.sample is not None, "a vector format is checked with a sample"
    return subject.sample


def open_sample(subject: Subject) -> Any:
    """Return what a new format gives for the sample."""
    return subject.make().open(file_at(sample_of(subject)))


def rows_of(opened: Any) -> Rows:
    """Return all words, as text, with their vectors."""
    return [
        (word.decode() if isinstance(word, bytes) else word, vector)
        for words, vectors in opened.blocks()
        for word, vector in zip(words, vectors.tolist(), strict=True)
    ]


def _head(path: Path) -> bytes:
    with file_at(path).open() as stream:
        return stream.read(HEAD)


@check("vector-format")
def format_opens_its_file(subject: Subject) -> None:
    """`open` returns an object with `dim`, `count`, `dtype`, `layout`, `files` and `blocks`."""
    opened = open_sample(subject)
    names = ("dim", "count", "dtype", "layout", "files", "blocks")
    absent = [f"`{name}`" for name in names if not hasattr(opened, name)]
    expect(not absent, f"an object with {', '.join(absent)}", repr(type(opened).__name__))


@check("vector-format", static=True, requires=(parameters_typed,))
def format_has_no_parameters(subject: Subject) -> None:
    """The constructor takes no parameters: a file tells its format itself, and no recipe gives any."""
    names = [*subject.component.parameters.model_fields]
    expect(not names, "no parameters", ", ".join(names))


@check("vector-format", requires=(does_its_work,))
def format_recognises_its_file(subject: Subject) -> None:
    """`recognises` is True for the first 512 bytes of a file of the format."""
    recognised = subject.make().recognises(_head(sample_of(subject)))
    expect(recognised is True, "True for the beginning of the sample", repr(recognised))


@check("vector-format", requires=(format_recognises_its_file,))
def format_recognises_no_other_file(subject: Subject) -> None:
    """`recognises` is False for files of other formats."""
    made = subject.make()
    for what, head in HEADS.items():
        expect(made.recognises(head) is False, f"False for the beginning of {what}", "something else")


@check("vector-format", requires=(format_recognises_no_other_file,))
def format_recognises_short_files(subject: Subject) -> None:
    """`recognises` takes the beginning of a file of any length, and an empty one."""
    made, head = subject.make(), _head(sample_of(subject))
    for length in sorted({0, 1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 64, 127, 128, 256, len(head)}):
        for beginning in (head[:length], bytes(length), b"\xff" * length):
            recognised = made.recognises(beginning)
            expect(isinstance(recognised, bool), f"True or False for {length} bytes", repr(recognised))


@check("vector-format", requires=(does_its_work,))
def format_dim(subject: Subject) -> None:
    """`dim` is an int from 1, the width of every vector."""
    dim = open_sample(subject).dim
    expect(type(dim) is int and 0 < dim <= MAX_DIM, f"an int from 1 to {MAX_DIM:,}", f"{dim!r:.60}")


@check("vector-format", requires=(does_its_work,))
def format_count(subject: Subject) -> None:
    """`count` is an int from 0, or None where it is known only once all vectors are read."""
    count = open_sample(subject).count
    expect(count is None or (type(count) is int and count >= 0), "an int or None", f"{count!r:.60}")


@check("vector-format", requires=(does_its_work,))
def format_descriptions(subject: Subject) -> None:
    """`dtype` and `layout` are strings, which users are shown."""
    opened = open_sample(subject)
    for name in ("dtype", "layout"):
        value = getattr(opened, name)
        expect(isinstance(value, str), f"`{name}` as a string", f"{value!r:.60}")


@check("vector-format", requires=(does_its_work,))
def format_files(subject: Subject) -> None:
    """`files` are the paths of the other files that belong to the sample, if any; each exists."""
    for path in open_sample(subject).files:
        expect(isinstance(path, Path) and path.is_file(), "the Path of a file", f"{path!r:.60}")


@check("vector-format", requires=(format_dim,))
def format_blocks_shapes(subject: Subject) -> None:
    """`blocks` yields pairs of n words, strings or bytes, and vectors float32 [n, D]."""
    opened = open_sample(subject)
    for block in opened.blocks():
        expect(isinstance(block, tuple) and len(block) == 2, "a pair", f"{block!r:.60}")
        words, vectors = block
        listed = isinstance(words, Sequence) and all(isinstance(word, str | bytes) for word in words)
        expect(listed and not isinstance(words, str | bytes), "words in a sequence", f"{words!r:.60}")
        expect_array("vectors", vectors, "float32", (len(words), opened.dim))


@check("vector-format", requires=(format_blocks_shapes,))
def format_has_vectors(subject: Subject) -> None:
    """The sample has a vector, so that there is something to check."""
    expect(bool(rows_of(open_sample(subject))), "a vector", "none")


@check("vector-format", requires=(format_blocks_shapes,))
def format_blocks_begin_anew(subject: Subject) -> None:
    """`blocks` begins anew at each call, also while an earlier pass is not over."""
    opened = open_sample(subject)
    first = rows_of(opened)
    unfinished = iter(opened.blocks())
    next(unfinished, None)
    expect(rows_of(opened) == first, f"{len(first)} vectors again", "something else")


@check("vector-format", requires=(format_count, format_blocks_shapes))
def format_count_agrees(subject: Subject) -> None:
    """`count`, unless it is None, is the number of vectors."""
    opened = open_sample(subject)
    count, there = opened.count, len(rows_of(opened))
    expect(count is None or count == there, f"`count` of {there}, the number of vectors", str(count))


@check("vector-format", requires=(format_blocks_shapes,))
def format_compressed_file(subject: Subject) -> None:
    """A gzip file of the sample has the same vectors, if it is not refused with a VectorFileError."""
    rows = rows_of(open_sample(subject))
    with _beside(subject, gzip.compress) as path:
        try:
            compressed = rows_of(subject.make().open(file_at(path)))
        except (EmbedkitError, OSError):
            return
    expect(compressed == rows, "the vectors of the file before it was compressed", "others")


@check("vector-format", requires=(format_has_vectors, format_count_agrees))
def format_truncated_file(subject: Subject) -> None:
    """A file that is cut is a VectorFileError, unless it has all the vectors that it says it has."""
    content = sample_of(subject).read_bytes()
    refused = False
    for length in _places(len(content)):
        what = f"the first {length:,} of {len(content):,} bytes"
        with _beside(subject, partial(_cut, length)) as path:
            refused |= _refuses(what, partial(_read_counted, subject, path))
    # Without a count, a cut between two vectors cannot be noticed; one within a vector can.
    expect(refused, "a VectorFileError for a file that is cut within a vector", "none")


@check("vector-format", requires=(format_truncated_file,))
def format_damaged_file(subject: Subject) -> None:
    """A file with a wrong byte or a wrong end is read or is a VectorFileError, and no other exception."""
    content = sample_of(subject).read_bytes()
    for at in _places(len(content)):
        for wrong in (content[at] ^ 0x80, content[at] ^ 1):
            with _beside(subject, partial(_with_byte, at, wrong)) as path:
                _refuses(f"byte {at:,} changed to {wrong}", partial(_read_all, subject, path))
    for what, end in (("zeros", bytes(1000)), ("bytes of no format", bytes(range(256)) * 4)):
        with _beside(subject, partial(_with_end, end)) as path:
            _refuses(f"{what} in place of the second half", partial(_read_all, subject, path))


@check("vector-format", requires=(format_blocks_shapes,))
def format_runs_code_is_stated(subject: Subject) -> None:
    """A class that reads Python pickles says by `runs_code = True` that a file of the format may run code."""
    if RUNS_CODE.of(subject.component.factory):
        return
    with unpickled() as names:
        rows_of(open_sample(subject))
    expect(not names, "`runs_code = True`", f"none, and a pickle that names {', '.join(sorted(names)[:3])}")


@check("vector-format", requires=(format_dim,))
def format_subword(subject: Subject) -> None:
    """`subword` of n words, if there is one, returns a Lookup of n rows: float32 [n, D], with rows of -1."""
    opened = open_sample(subject)
    if not callable(getattr(opened, "subword", None)):
        return
    for words in (MISSING, STRANGE, ()):
        lookup = opened.subword([*words])
        expect_array("`subword().vectors`", lookup.vectors, "float32", (len(words), opened.dim))
        expect_array("`subword().found`", lookup.found, "bool", (len(words),))
        expect_array("`subword().rows`", lookup.rows, "int64", (len(words),))
        expect(bool((lookup.rows == -1).all()), "rows of -1", str(lookup.rows.tolist()))


def _places(length: int) -> list[int]:
    """Return places in `length` bytes, spread evenly from the second to the last.

    CUTS of them, or a few if LARGE. embedkit itself refuses an empty file.
    """
    number = CUTS if length < LARGE else CUTS // 4
    return sorted({1 + (length - 2) * place // (number - 1) for place in range(number)})


def _with_byte(at: int, wrong: int, content: bytes) -> bytes:
    return content[:at] + bytes([wrong]) + content[at + 1 :]


def _cut(length: int, content: bytes) -> bytes:
    return content[:length]


def _with_end(end: bytes, content: bytes) -> bytes:
    return content[: len(content) // 2] + end


@contextmanager
def _beside(subject: Subject, change: Callable[[bytes], bytes]) -> Iterator[Path]:
    """Give the path of a changed copy of the sample, beside copies of the files that belong to it."""
    sample = sample_of(subject)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        for path in open_sample(subject).files:
            if path.parent == sample.parent:
                (Path(folder) / path.name).write_bytes(path.read_bytes())
        copy = Path(folder) / sample.name
        copy.write_bytes(change(sample.read_bytes()))
        yield copy


def _read_all(subject: Subject, path: Path) -> None:
    _drain(subject.make().open(file_at(path)))


def _read_counted(subject: Subject, path: Path) -> None:
    """Read all rows. Raises ConformanceError if there are fewer than the file says."""
    opened = subject.make().open(file_at(path))
    there = _drain(opened)
    expect(opened.count in (None, there), "a VectorFileError", f"{there} of {opened.count} vectors")


def _drain(opened: Any) -> int:
    """Return the number of vectors, once all are read; their words are not decoded."""
    return sum(len(words) for words, _ in opened.blocks())


def _refuses(what: str, read: Callable[[], None]) -> bool:
    """Return whether `read` raises a VectorFileError, or an OSError, as of a file that cannot be read.

    Raises ConformanceError for any other exception.
    """
    try:
        read()
    except ConformanceError as error:
        raise ConformanceError(f"{error}, for {what}") from error
    except ComponentError as error:
        expect(False, f"a VectorFileError for {what}", str(error))
    except (EmbedkitError, OSError):
        return True
    except Exception as error:  # a format may raise anything
        expect(False, f"a VectorFileError for {what}", described(error))
    return False


def _work(made: Any, file: WordVectorFile) -> Any:
    with file.open() as stream:
        recognised = made.recognises(stream.read(HEAD))
    opened = made.open(file)
    described = [opened.dim, opened.count, opened.dtype, opened.layout, [*map(str, opened.files)]]
    return recognised, described, [*opened.blocks()]


EXERCISE = Exercise("vector-format", Sample(Path()), _work, requires=(format_opens_its_file.id,))
"""The sample is that of the author."""
