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
def started():
    """Start `embedkit run` in a process of its own, which ends with the test, and wait for its first epoch.

    Signals do there what they do by default, whatever this process was started to ignore.
    """
    processes = []

    def start(recipe, out, *more, epochs=100_000):
        command = [sys.executable, "-P", "-c", START, "run", recipe, "--out", out, *more]
        process = subprocess.Popen(
            [*command, "--set", f"training.epochs={epochs}"],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        processes.append(process)
        said = []
        for line in process.stderr:
            said.append(line)
            if line.startswith("epoch"):
                return process
        raise AssertionError(f"the run never began: {said}")

    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stderr.close()
