"""Writes vectors in a format: one pass surveys the rows, a second one writes them."""

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
    """Words and their vectors of `dim` dimensions; each call of `blocks` yields all of them, in blocks."""

    dim: int
    blocks: Callable[[], Iterator[Block]]


def write_rows(
    rows: Rows, targets: Sequence[Path], format: str, durable: bool = True, skip: bool = False
) -> int:
    """Write `rows` to `targets`, and return the number of rows written.

    The files are `durable` and never replace others, or else, like those of a cache, may be replaced.
    With `skip`, rows whose words the format cannot hold are left out and named in a warning. Without it,
    raises VectorFileError for such words. Raises OSError if `targets` cannot be written. After an error,
    nothing has changed.
    """
    survey = Survey(format, rows.dim)
    for block in rows.blocks():
        survey.add(block)
    survey.settle(targets[0], skip)
    with ExitStack() as stack:
        handles = [stack.enter_context(written_whole(each, durable, not durable)) for each in targets]
        writer = WRITERS[format](handles, survey.count, rows.dim, survey.bfloat16)
        for block in rows.blocks():
            writer.write(survey.held(block))
        writer.close()
    return survey.count
