"""Writing vectors in a format: looked at in one pass, written in another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from embedkit.files.atomic import written_whole
from embedkit.vectors.formats.survey import Survey
from embedkit.vectors.formats.writers import WRITERS
from embedkit.vectors.reading import Block


@dataclass(frozen=True)
class Rows:
    """Words and their vectors of `dim` numbers; each call of `blocks` gives all of them, a few at a time."""

    dim: int
    blocks: Callable[[], Iterator[Block]]


def write_rows(
    rows: Rows, targets: Sequence[Path], format: str, durable: bool = True, skip: bool = False
) -> int:
    """Write `rows` in place of what is there, and return how many were written.

    With `skip` rows whose words the format cannot hold are left out, and named in a warning. Raises
    VectorFileError for such words without it, and OSError where `targets` cannot be written; then nothing
    has changed.
    """
    survey = Survey(format, rows.dim)
    for block in rows.blocks():
        survey.add(block)
    survey.settle(targets[0], skip)
    with ExitStack() as stack:
        handles = [stack.enter_context(written_whole(each, durable)) for each in targets]
        writer = WRITERS[format](handles, survey.count, rows.dim, survey.bfloat16)
        for block in rows.blocks():
            writer.write(survey.held(block))
        writer.close()
    return survey.count
