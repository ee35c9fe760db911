"""The executor that runs jobs on a Ray cluster, by a process of its own that is connected to it."""

from __future__ import annotations

import importlib.util
import pickle
import subprocess
import sys
import tempfile
from collections import deque
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Self

from embedkit.errors import Fault, RunError, shortened
from embedkit.experiments.executors.pipes import environment_of, last_line
from embedkit.experiments.executors.ray_messages import Answer, Assignment
from embedkit.experiments.plan import Job, JobSettings, Outcome

LOST = "Finished jobs are kept: see that the cluster runs, and go on with --resume."
PATIENCE = 120.0
"""Seconds in which a cluster has to be connected, or started on this machine."""

GRACE = 30.0
"""Seconds that the jobs get to write a checkpoint, and Ray to stop what it started."""


class RayExecutor:
    """Runs jobs as tasks of a Ray cluster, which places them, and runs them again if their node dies.

    The cluster is that at `address`; if that is None, it is started on this machine. It runs as many jobs at
    once as it has room for, or `jobs` at most. It has to be connected within `patience` seconds.
    """

    def __init__(
        self,
        settings: JobSettings,
        address: str | None = None,
        jobs: int | None = None,
        patience: float = PATIENCE,
    ) -> None:
        if importlib.util.find_spec("ray") is None:
            hint = 'Install it: pip install "embedkit-text[ray]".'
            raise RunError(Fault("the executor 'ray' needs Ray, which is not installed", hint=hint))
        # Nodes know the directory by its full name alone.
        settings = replace(settings, directory=settings.directory.absolute())
        self._assignment = Assignment(address, settings, patience)
        self._jobs = jobs
        self._room = 1
        self._waiting: deque[Job] = deque()
        self._running = 0

    @property
    def at_once(self) -> int:
        """Return how many jobs run at the same time: the cluster had that much room when it last answered."""
        return min(self._jobs or self._room, self._room)

    def submit(self, job: Job) -> None:
        """Run a job as soon as there is room for it."""
        self._waiting.append(job)
        self._send()

    def next_done(self) -> Outcome:
        """Wait until a job has ended, well or not, and return its outcome.

        Raises RunError if no job is waiting or running, if a node cannot run jobs, or if the cluster is lost.
        """
        if not self._running:
            raise RunError("no job is waiting or running")
        outcome = self._receive().outcome
        assert outcome is not None, "a job has ended"
        self._running -= 1
        self._send()
        return outcome

    def __enter__(self) -> Self:
        self._printed = tempfile.TemporaryFile()
        # `-P`: as for the command embedkit, the current directory is no place to import from.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "embedkit.experiments.executors.ray_driver"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._printed,
            env=environment_of(None),
            start_new_session=True,  # Ctrl-C is for this process, which then ends that one
        )
        try:
            self._write(self._assignment)
            self._receive()
        except BaseException as error:
            if not isinstance(error, RunError):
                self._process.terminate()
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    def _send(self) -> None:
        """Send waiting jobs to the cluster, where all of them may wait for room, unless there is a limit."""
        while self._waiting and self._running < (self._jobs or sys.maxsize):
            self._write(self._waiting.popleft())
            self._running += 1

    def _write(self, sent: Assignment | Job) -> None:
        assert self._process.stdin is not None
        try:
            pickle.dump(sent, self._process.stdin)
            self._process.stdin.flush()
        except OSError as error:
            raise self._lost() from error

    def _receive(self) -> Answer:
        """Wait for an answer. Raises RunError if it says why no job can be run, or if none can come."""
        assert self._process.stdout is not None
        try:
            answer: Answer = pickle.load(self._process.stdout)  # noqa: S301 - our own process wrote it
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise self._lost() from error
        if answer.faults:
            raise RunError(*answer.faults)
        self._room = answer.at_once
        return answer

    def _lost(self) -> RunError:
        last = last_line(self._printed)
        what = "the connection to the Ray cluster is lost" + (f": {shortened(last, 200)}" if last else "")
        return RunError(Fault(what, hint=LOST))

    def _end(self) -> None:
        """Let the process stop its jobs and end, and kill it if it takes too long."""
        self._waiting.clear()
        self._running = 0
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError, ValueError):  # what was not sent yet cannot be any more
                stream.close()  # type: ignore[union-attr]
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._printed.close()
