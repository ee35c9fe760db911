"""A process that runs jobs on a Ray cluster for another one: `python -m …executors.ray_driver`.

Ray writes to standard output and error, replaces signal handlers, and ends the process that uses it when the
cluster is lost, so it gets a process of its own. This one reads pickles from standard input, the assignment
and then jobs, and writes pickled answers to standard output. It ends when its standard input is closed, so
also when the other process is killed.
"""

from __future__ import annotations

import os
import pickle
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Any

from embedkit.errors import EmbedkitError, Fault, RunError, TrainingError
from embedkit.experiments.executors.node import Sender, files_of, run_on_node, versions
from embedkit.experiments.executors.pipes import own_pipes
from embedkit.experiments.executors.ray_cluster import connected, refuse_without_room, room, unusable
from embedkit.experiments.executors.ray_messages import Answer, Assignment
from embedkit.experiments.plan import Job, JobSettings, Outcome
from embedkit.files.atomic import free_name
from embedkit.files.system import remove

RETRIES = 3
"""Times that Ray runs a job again whose process or node died, as by default."""

GRACE = 10.0
"""Seconds that jobs which are stopped get to write a checkpoint."""

HINT_OF_IMPORTS = (
    'Install embedkit-text and the plugins of the recipe there: pip install "embedkit-text[ray]".'
)


def main() -> None:
    """Run jobs on a cluster until the other process has none any more, or is gone."""
    requests, answers = own_pipes()
    assignment: Assignment = pickle.load(requests)  # noqa: S301 - the process that started this one wrote it
    try:
        with _sender(assignment.settings.directory) as sender:
            _change_directory(sender.token.parent)
            _serve(assignment, sender, requests, answers)
    except EmbedkitError as error:
        pickle.dump(Answer(0, faults=tuple(error.faults)), answers)
        answers.flush()


def _serve(assignment: Assignment, sender: Sender, requests: IO[bytes], answers: IO[bytes]) -> None:
    timer = threading.Timer(assignment.patience, _give_up, (assignment, sender, answers))
    timer.daemon = True
    timer.start()
    with connected(assignment.address) as ray:
        timer.cancel()
        cluster = Cluster(ray, assignment.settings, sender, answers)
        try:
            cluster.serve(requests)
        finally:
            cluster.cancel()


def _give_up(assignment: Assignment, sender: Sender, answers: IO[bytes]) -> None:
    """Answer that the cluster does not, and end this process: Ray would try on and on."""
    error = unusable(assignment.address, TimeoutError(f"no connection in {assignment.patience:g} seconds"))
    pickle.dump(Answer(0, faults=tuple(error.faults)), answers)
    answers.flush()
    remove(sender.token)
    os._exit(1)


def _change_directory(directory: Path) -> None:
    """Make `directory` the current one: Ray lets tasks import from there, where no module of the user's lies.

    The cache stays where it is, for a cluster on this machine.
    """
    if cache := os.environ.get("EMBEDKIT_CACHE"):
        os.environ["EMBEDKIT_CACHE"] = str(Path(cache).expanduser().absolute())
    os.chdir(directory)


class Cluster:
    """Jobs on a Ray cluster, each a task of Ray; an answer is written when one has ended."""

    def __init__(self, ray: Any, settings: JobSettings, sender: Sender, answers: IO[bytes]) -> None:
        self._ray, self._sender, self._answers = ray, sender, answers
        self._cpus = settings.threads or 1
        self._settings = replace(settings, threads=self._cpus)
        self._task = ray.remote(max_retries=RETRIES, num_cpus=self._cpus)(run_on_node)
        refuse_without_room(ray.nodes(), self._cpus)
        self._gpus = 1 if room(ray.nodes(), self._cpus, 1) else 0
        self._running: set[Any] = set()
        self._lock = threading.Lock()

    def serve(self, requests: IO[bytes]) -> None:
        """Start every job that comes in, until no more can come."""
        self._answer()
        while True:
            try:
                job: Job = pickle.load(requests)  # noqa: S301 - as above
            except EOFError:
                return
            self._start(job)

    def cancel(self) -> None:
        """Stop the jobs that still run; a training that is under way keeps its last epoch."""
        running = [*self._running]
        for reference in running:
            self._ray.cancel(reference)
        if running:
            self._ray.wait(running, num_returns=len(running), timeout=GRACE)

    def _start(self, job: Job) -> None:
        gpus = self._gpus if wants_gpu(job) else 0
        task = self._task.options(num_gpus=gpus, name=job.id)
        reference = task.remote(job, self._settings, self._sender, files_of(job.recipe))
        self._running.add(reference)
        reference.future().add_done_callback(lambda future: self._ended(job, reference, future))

    def _ended(self, job: Job, reference: Any, future: Future[Outcome | list[Fault]]) -> None:
        """Answer how a job ended; called in a thread of Ray."""
        self._running.discard(reference)
        try:
            result = future.result()
        except Exception as error:
            result = self._died(job, error)
        if isinstance(result, Outcome):
            self._answer(outcome=result)
        elif result:
            self._answer(faults=tuple(result))

    def _died(self, job: Job, error: Exception) -> Outcome | list[Fault]:
        """Return what an error of Ray means for its job, or for all jobs; nothing if the job was stopped."""
        exceptions = self._ray.exceptions
        if isinstance(error, exceptions.TaskCancelledError):
            return []
        if isinstance(error, exceptions.RayTaskError):
            cause = getattr(error, "cause", None) or error
            return [Fault(f"a node cannot run jobs: {_first_line(cause)}", hint=HINT_OF_IMPORTS)]
        what = f"it was run {RETRIES + 1} times, and its process or node died each time: {_first_line(error)}"
        return Outcome(job, 0.0, (Fault(what),), error=TrainingError)

    def _answer(self, outcome: Outcome | None = None, faults: tuple[Fault, ...] = ()) -> None:
        at_once = max(1, room(self._ray.nodes(), self._cpus, self._gpus))
        with self._lock:
            pickle.dump(Answer(at_once, outcome, faults), self._answers)
            self._answers.flush()


def wants_gpu(job: Job) -> bool:
    """Return whether a job trains with torch, which uses a GPU where there is one."""
    return "encoder" in job.recipe


@contextmanager
def _sender(directory: Path) -> Iterator[Sender]:
    """Make a file beside the directory of the jobs by which nodes know it, for as long as the block runs."""
    token = free_name(directory.absolute())
    try:
        token.parent.mkdir(parents=True, exist_ok=True)
        token.touch()
    except OSError as error:
        raise RunError(Fault(f"cannot be written: {error.strerror}", where=str(token.parent))) from error
    try:
        yield Sender(token, versions())
    finally:
        remove(token)


def _first_line(error: BaseException) -> str:
    return f"{type(error).__name__}: {str(error).strip().partition(chr(10))[0]}"


if __name__ == "__main__":
    main()
