"""A process that runs jobs for this one, and what becomes of it if either of them dies."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress

import psutil

from embedkit.errors import shortened
from embedkit.experiments.executors.pipes import THREADS, environment_of, last_line
from embedkit.experiments.plan import Job, JobSettings, Outcome

GRACE = 5.0
"""Seconds that a process gets to write a checkpoint before it is killed."""


class ChildDiedError(Exception):
    """A process ended before its job: how, after how many `seconds`, and what may be done about it."""

    def __init__(self, how: str, seconds: float, hint: str | None) -> None:
        super().__init__(how)
        self.seconds = seconds
        self.hint = hint


class Child:
    """A process that runs one job after another. It ends by itself if this process is killed."""

    def __init__(self, settings: JobSettings) -> None:
        # Nobody asked for what it prints; the last line is shown if it dies.
        self._printed = tempfile.TemporaryFile()  # noqa: SIM115
        # `-P`: as for the command embedkit, the current directory is no place to import from.
        command = [sys.executable, "-P", "-m", "embedkit.experiments.executors.worker"]
        self._process = subprocess.Popen(  # noqa: S603
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
            env=environment_of(settings.threads),
        )
        with suppress(OSError):  # it has ended already: the first job will tell
            self._send(settings)

    def run(self, job: Job) -> Outcome:
        """Run a job and return its outcome. Raises ChildDiedError if the process ends before."""
        start = time.perf_counter()
        answers = self._process.stdout
        assert answers is not None
        try:
            self._send(job)
            outcome: Outcome = pickle.load(answers)  # noqa: S301 - our own process wrote it
        except pickle.UnpicklingError as error:
            self._process.kill()
            raise ChildDiedError("it answered with no outcome", time.perf_counter() - start, None) from error
        except (OSError, EOFError, ValueError) as error:
            raise self._death(time.perf_counter() - start) from error
        return outcome

    def _send(self, message: JobSettings | Job) -> None:
        requests = self._process.stdin
        assert requests is not None
        requests.write(pickle.dumps(message))
        requests.flush()

    @property
    def memory(self) -> int:
        """Return the bytes of memory that the process has now; 0 if it has ended."""
        with suppress(psutil.Error):
            return int(psutil.Process(self._process.pid).memory_info().rss)
        return 0

    def interrupt(self) -> None:
        """Tell the process to end; a training that is under way keeps its last epoch."""
        self._process.terminate()

    def end(self) -> None:
        """Wait for the process, which was told to end or has ended, and kill it if it takes too long."""
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._printed):
            with suppress(OSError, ValueError):  # what was not sent yet cannot be any more
                stream.close()  # type: ignore[union-attr]

    def _death(self, seconds: float) -> ChildDiedError:
        """Return how the process ended."""
        code = self._process.wait()
        name = _signal_name(-code)
        how = f"ended by {name}" if name else f"ended with exit code {code}"
        last = last_line(self._printed)
        hint = None
        if name == "SIGKILL":
            hint = "So ends what the system has no memory for: with --jobs N, fewer run at once."
        return ChildDiedError(f"{how}: {shortened(last, 200)}" if last else how, seconds, hint)


def threads_allowed(most: int) -> int:
    """Return how many threads a job may use: `most`, or fewer if the environment says so."""
    told = os.environ.get(THREADS[0], "")
    return min(most, int(told)) if told.isdecimal() and int(told) else most


def _signal_name(number: int) -> str | None:
    """Return the name of a signal; None for a number that is none."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return None
