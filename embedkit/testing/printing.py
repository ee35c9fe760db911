"""What code prints on standard output, whether by Python or behind its back."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Callable
from contextlib import redirect_stdout


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
