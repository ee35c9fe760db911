"""The executor that runs one job after another in this process."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from embedkit.errors import RunError
from embedkit.experiments.plan import Job, Outcome


class SerialExecutor:
    """Runs jobs by calling `run`, each when its outcome is asked for."""

    at_once = 1

    def __init__(self, run: Callable[[Job], Outcome]) -> None:
        self._run = run
        self._waiting: deque[Job] = deque()

    def submit(self, job: Job) -> None:
        """Put a job at the end of the queue."""
        self._waiting.append(job)

    def next_done(self) -> Outcome:
        """Run the next job and return its outcome. Raises RunError if none is waiting."""
        if not self._waiting:
            raise RunError("no job is waiting")
        return self._run(self._waiting.popleft())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._waiting.clear()
