from __future__ import annotations

from dataclasses import dataclass

import pytest

from embedkit.cli import main


@dataclass
class Finished:
    """How a call of the command line ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def embedkit_command(capsys, monkeypatch):
    """Call `embedkit …` in this process; standard error is no terminal, lines are wide."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    def call(*arguments: object) -> Finished:
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Finished(ended.value.code, captured.out, captured.err)

    return call
