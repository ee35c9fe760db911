"""The command line: one file per command, imported when that command is called."""

from __future__ import annotations

from embedkit.cli.program import main

__all__ = ["main"]
