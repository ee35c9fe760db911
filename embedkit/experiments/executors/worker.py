"""A process that runs jobs for another one: `python -m embedkit.experiments.executors.worker`.

It reads pickles from standard input, the settings and then jobs, and writes a pickled outcome for each job to
standard output. It ends when its standard input is closed, so also when the other process is killed.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from queue import SimpleQueue
from typing import IO

from embedkit.distributed.signals import exit_code, interrupted_by_signals
from embedkit.experiments.executors.pipes import own_pipes
from embedkit.experiments.plan import Job, JobSettings


def main() -> None:
    """Run jobs until the other process has none any more, or is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes: the other one ends this one
    requests, answers = own_pipes()
    try:
        with interrupted_by_signals():
            _serve(requests, answers)
    except KeyboardInterrupt as error:
        os._exit(exit_code(error))
    except OSError:  # the other process is gone
        os._exit(1)


def _serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    settings: JobSettings = pickle.load(requests)  # noqa: S301 - the process that started this one wrote it
    jobs: SimpleQueue[Job] = SimpleQueue()
    threading.Thread(target=_receive, args=(requests, jobs), daemon=True).start()
    from embedkit.experiments.job import JobRunner

    runner = JobRunner(settings)
    runner.prepare()
    while True:
        answers.write(pickle.dumps(runner.run(jobs.get())))
        answers.flush()


def _receive(requests: IO[bytes], jobs: SimpleQueue[Job]) -> None:
    """Put the jobs that arrive into the queue; end this process, whatever it does, when no more can come."""
    try:
        while True:
            jobs.put(pickle.load(requests))  # noqa: S301 - as above
    except (EOFError, OSError):
        os._exit(0)


if __name__ == "__main__":
    main()
