"""Which command goes on with what was interrupted."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from embedkit.report.terminal.lines import say


@contextmanager
def says_how_to_go_on(kept: Callable[[], Sequence[str]], command: Sequence[str]) -> Iterator[None]:
    """When the block is interrupted and left something to go on from, say which command does.

    `kept` names what is left, the newest last, once the block has ended. Of several processes the main one
    says it.
    """
    from embedkit.distributed.process_group import AnotherEnded, join

    try:
        yield
    except (KeyboardInterrupt, AnotherEnded):
        if join().main and (names := kept()):
            with suppress(OSError, ValueError):  # the terminal may be gone: what is kept is there
                say(f"{names[-1]} is kept; to go on: {shlex.join(command)}", error=True)
        raise
