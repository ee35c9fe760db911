"""The pipes between a process and one that works for it: objects come in by one, and go out by another."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

THREADS = (
    *("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"),
    *("NUMEXPR_NUM_THREADS", "RAYON_NUM_THREADS"),
)
"""The variables by which libraries are told how many threads they may use."""


SHOWN = 4096
"""Bytes of what a process printed last that are looked at after its death."""


def environment_of(threads: int | None) -> dict[str, str]:
    """Return the environment of a process with so many threads; it finds the modules that this one finds."""
    paths = [path or str(Path.cwd()) for path in sys.path]
    limits = dict.fromkeys(THREADS, str(threads)) if threads else {}
    return {**os.environ, **limits, "PYTHONPATH": os.pathsep.join(paths)}


def last_line(printed: IO[bytes]) -> str:
    """Return the last line of the file with what a process printed; empty if it printed nothing."""
    size = printed.seek(0, os.SEEK_END)
    printed.seek(max(0, size - SHOWN))
    text = printed.read().decode(errors="replace")
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


def own_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Return this process's standard input and output as pipes from and to the process that started it.

    Nothing else becomes a part of them: from now on, standard input is empty, and what is printed goes to
    standard error.
    """
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    sys.stdout.flush()
    os.dup2(2, 1)
    return requests, answers
