"""Files that are not what a component expects: empty ones, bytes of no format, and half of its own file."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from embedkit.testing.subject import Subject

LONGEST = 1 << 20
"""Bytes of a component's own file up to which it is cut in half."""

WRONG_BYTE = "its own file with a byte in the last line that is no UTF-8"

CONTENTS: Mapping[str, bytes] = {
    "an empty file": b"",
    "a file of random bytes": bytes((i * i + 7 * i) % 251 for i in range(1000)),
    "a file of zeros": bytes(1000),
    "a file of prose": b"It was a dark and stormy night; the rain fell in torrents.\n" * 20,
    "the beginning of a pickle": b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00",
    "the beginning of a gzip file": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b",
}
"""Contents of files that are damaged or of another format, by what an error calls them."""


@dataclass(frozen=True)
class Damaged:
    """A subject with a damaged file, at `path`, in place of one of its own; `what` describes it."""

    what: str
    path: Path
    subject: Subject


@contextmanager
def damaged(subject: Subject) -> Iterator[list[Damaged]]:
    """Give, for each file that a component takes, subjects with a damaged one in its place.

    The files exist within the block. Folders are empty instead. Parameters that take several files, and files
    of components in its parameters, are left alone.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder, _without_warnings():
        yield [*_damaged(subject, Path(folder))]


@contextmanager
def _without_warnings() -> Iterator[None]:
    """Leave out embedkit's own warnings of the files, which the user did not write."""
    log = logging.getLogger("embedkit")
    level = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(level)


def _damaged(subject: Subject, folder: Path) -> Iterator[Damaged]:
    for name in sorted(subject.component.input_paths):
        own = subject.parameters.get(name)
        if not isinstance(own, str | Path | None):
            continue
        if name in subject.component.input_folders:
            empty = folder / f"{name}-folder"
            empty.mkdir()
            yield Damaged(f"an empty folder as '{name}'", empty, _with(subject, name, empty))
            continue
        for number, (what, content) in enumerate(_contents(own)):
            path = folder / f"{name}-{number}"
            path.write_bytes(content)
            yield Damaged(f"{what} as '{name}'", path, _with(subject, name, path))


def _contents(own: str | Path | None) -> Iterator[tuple[str, bytes]]:
    yield from CONTENTS.items()
    if own is not None and Path(own).is_file() and Path(own).stat().st_size <= LONGEST:
        content = Path(own).read_bytes()
        yield "the first half of its own file", content[: len(content) // 2]
        if (wrong := with_wrong_byte(content)) is not None:
            yield WRONG_BYTE, wrong


def with_wrong_byte(content: bytes) -> bytes | None:
    """Return a text with a byte in the middle of its last line that is no UTF-8.

    None for what is no text of several lines in UTF-8.
    """
    *lines, last = content.rstrip(b"\r\n").split(b"\n")
    middle = len(last) // 2
    try:
        content.decode()
    except UnicodeDecodeError:
        return None
    return b"\n".join([*lines, last[:middle] + b"\xff" + last[middle:], b""]) if lines else None


def _with(subject: Subject, name: str, path: Path) -> Subject:
    return replace(subject, parameters={**subject.parameters, name: str(path)})
