"""The command line: one file per command, imported when that command is called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program and exit, as `embedkit.cli.program.main` does.

    Without `arguments`, those of the process are meant, which is there for the program alone: the program may
    then say how it collects garbage.
    """
    if arguments is None:
        from embedkit.cli.garbage import collect_rarely

        collect_rarely()
    from embedkit.cli import program

    program.main(arguments)
