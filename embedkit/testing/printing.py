"""What code prints on standard output, whether by Python or behind its back."""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout


@contextmanager
def diverted_output() -> Iterator[None]:
    """Send what the block prints to standard error, also what a library in C prints.

    Standard output may be a document.
    """
    sys.stdout.flush()
    before = os.dup(1)
    os.dup2(2, 1)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        os.dup2(before, 1)
        os.close(before)


def printed_by(work: Callable[[], object]) -> str:
    """Call `work` and return what it printed, also what a library in C wrote on file descriptor 1."""
    said = io.StringIO()
    with tempfile.TemporaryFile() as file:
        before = os.dup(1)
        os.dup2(file.fileno(), 1)
        try:
            with redirect_stdout(said):
                work()
        finally:
            os.dup2(before, 1)
            os.close(before)
        file.seek(0)
        return said.getvalue() + file.read().decode(errors="replace")
