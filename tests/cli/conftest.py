from __future__ import annotations

import os
import subprocess
import sys
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


START = """
import signal, sys
for name in ("SIGTERM", "SIGHUP"):
    ignored = f"ignore={name}" in sys.argv
    signal.signal(getattr(signal, name), signal.SIG_IGN if ignored else signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.default_int_handler)
from embedkit.cli import main
main([argument for argument in sys.argv[1:] if not argument.startswith("ignore=")])
"""


@pytest.fixture
def begun():
    """Start `embedkit …` in a process of its own, which ends with the test, and wait for a line it says.

    Signals do there what they do by default, whatever this process was started to ignore.
    """
    processes = []

    def begin(*arguments, line="epoch"):
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", START, *map(str, arguments)],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        processes.append(process)
        said = []
        for each in process.stderr:
            said.append(each)
            if each.startswith(line):
                return process
        raise AssertionError(f"it never came to '{line}': {said}")

    yield begin
    for process in processes:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.fixture
def started(begun):
    """Start `embedkit run` as `begun` does, and wait for its first epoch."""

    def start(recipe, out, *more, epochs=100_000):
        return begun("run", recipe, "--out", out, *more, "--set", f"training.epochs={epochs}")

    return start
