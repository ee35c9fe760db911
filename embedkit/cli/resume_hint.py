"""Tell which command resumes an interrupted run."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from embedkit.report.terminal.lines import say


@contextmanager
def says_how_to_go_on(kept: Callable[[], Sequence[str]], command: Sequence[str]) -> Iterator[None]:
    """Print the command that resumes the run if the block is interrupted after making progress.

    `kept` returns the names of what can be resumed, newest last; it is called after the block has ended. With
    several processes, only the main one prints.
    """
    from embedkit.distributed.process_group import AnotherEnded, join

    try:
        yield
    except (KeyboardInterrupt, AnotherEnded):
        if join().is_main and (names := kept()):
            with suppress(OSError, ValueError):  # the terminal may be gone: what is kept is there
                say(f"{names[-1]} is kept; to go on: {shlex.join(command)}", error=True)
        raise
