"""The executor that runs jobs in processes of this machine, as many as its processors and memory allow."""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import replace
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Self

from embedkit.errors import Fault, RunError, TrainingError
from embedkit.experiments.executors.child import Child, ChildDiedError, threads_allowed
from embedkit.experiments.plan import Job, JobSettings, Outcome
from embedkit.files.resources import available_memory, processors

USABLE = 0.9
"""The part of the available memory that jobs may fill."""

log = logging.getLogger(__name__)

Ended = tuple[Child, Job, Outcome | ChildDiedError]


class ProcessesExecutor:
    """Runs jobs in processes, of which each runs one job after another with its share of the processors.

    The first job is run alone: its memory tells how many there is room for. There are `jobs` at most, or as
    many as there are processors. If a process dies, as by the system when memory runs out, its job is run
    once more when no other one is; if that ends so too, it has failed.
    """

    def __init__(self, settings: JobSettings, jobs: int | None = None) -> None:
        cores = processors()
        self._most = min(jobs or cores, cores)
        threads = threads_allowed(settings.threads or cores // self._most)
        self._settings = replace(settings, threads=threads)
        self._waiting: deque[Job] = deque()
        self._again: deque[Job] = deque()
        self._died: set[str] = set()
        self._running: dict[Child, Job] = {}
        self._idle: list[Child] = []
        self._ended: SimpleQueue[Ended] = SimpleQueue()
        self._largest = 0

    @property
    def at_once(self) -> int:
        """Return how many jobs run at the same time, as far as is known: before the first has, the most."""
        if not self._largest:
            return self._most
        children = sum(child.memory for child in (*self._running, *self._idle))
        room = int((available_memory() + children) * USABLE) // self._largest
        return max(1, min(self._most, room))

    def submit(self, job: Job) -> None:
        """Run a job as soon as there is room for it."""
        self._waiting.append(job)
        self._start()

    def next_done(self) -> Outcome:
        """Wait until a job has ended, well or not, and return its outcome.

        Raises RunError if no job is waiting or running.
        """
        while self._running:
            child, job, outcome = self._next_ended()
            del self._running[child]
            if isinstance(outcome, ChildDiedError):
                child.end()
                ended = self._failed(job, outcome)
            else:
                self._idle.append(child)
                self._measure(outcome)
                ended = outcome
            self._start()
            if ended is not None:
                return ended
        raise RunError("no job is waiting or running")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        children = [*self._running, *self._idle]
        self._waiting.clear()
        self._again.clear()
        self._running.clear()
        self._idle.clear()
        for child in children:
            child.interrupt()
        for child in children:
            child.end()

    def _next_ended(self) -> Ended:
        while True:
            try:
                return self._ended.get(timeout=1)  # Windows lets Ctrl-C through only between two waits
            except Empty:
                continue

    def _start(self) -> None:
        """Start waiting jobs while there is room; what is run once more is run alone."""
        if any(job.id in self._died for job in self._running.values()):
            return
        room = self.at_once if self._largest else 1
        while self._waiting and len(self._running) < room:
            self._run(self._waiting.popleft())
        if self._again and not self._running:
            self._run(self._again.popleft())
        if self._waiting and not self._idle and len(self._running) == 1 < self._most and not self._largest:
            self._idle.append(Child(self._settings))  # which loads its modules while the first job runs

    def _run(self, job: Job) -> None:
        child = self._idle.pop() if self._idle else Child(self._settings)
        self._running[child] = job
        threading.Thread(target=self._ask, args=(child, job), daemon=True).start()

    def _ask(self, child: Child, job: Job) -> None:
        """Let a process run a job, and put how that ended into the queue; called in a thread of its own."""
        try:
            self._ended.put((child, job, child.run(job)))
        except ChildDiedError as died:
            self._ended.put((child, job, died))

    def _failed(self, job: Job, died: ChildDiedError) -> Outcome | None:
        """Return the outcome of a job whose process died; None if the job is run once more."""
        if job.id in self._died:
            what = f"its process died twice: {died}"
            return Outcome(job, died.seconds, (Fault(what, hint=died.hint),), error=TrainingError)
        log.warning("%s: its process died, and it is run once more: %s", job.id, died)
        self._died.add(job.id)
        self._again.append(job)
        return None

    def _measure(self, outcome: Outcome) -> None:
        """Take note of the memory of a job that was run, unlike one that was finished before."""
        if outcome.seconds:
            self._largest = max(self._largest, outcome.peak_bytes)
