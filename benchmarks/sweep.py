"""How long many runs take in processes, in multiples of one run alone.

    python benchmarks/sweep.py [RUNS]

Makes RUNS runs (24) of a matrix of seeds and learning rates on 1,000 texts that are made here, in two
processes. One such run alone, in a process that has loaded its modules, is timed before and after, with one
thread as in the processes. The start-up is the time until a first process has loaded its modules. Prints the
times and ends with 1 where the runs take more than 0.6 × RUNS × one run alone, and the start-up.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from embedkit.experiments.executors.processes import ProcessesExecutor
from embedkit.experiments.job import JobRunner
from embedkit.experiments.plan import Executor, Job, JobSettings, plan_of
from embedkit.experiments.sweep import run_jobs
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe
from embedkit.runs.reporter import Reporter

TEXTS, WORDS, LENGTH, EPOCHS, SEED = 1_000, 5_000, 30, 6, 7
GOAL, PROCESSES = 0.6, 2


def write_texts(path: Path) -> None:
    """Write texts of two classes; a tenth of the words of each are its own."""
    generator = random.Random(SEED)
    lines = []
    for number in range(TEXTS):
        label = number % 2
        words = [f"w{generator.randrange(WORDS)}" for _ in range(LENGTH)]
        words[:3] = [f"own{label}-{generator.randrange(50)}" for _ in range(3)]
        lines.append(f"{'ab'[label]}\t{' '.join(words)}\n")
    path.write_text("label\ttext\n" + "".join(lines))


def jobs_of(texts: Path, runs: int) -> list[Job]:
    """The jobs of a matrix of so many combinations."""
    recipe = {
        "name": "sweep",
        "data": {"train": {"use": "tsv", "path": str(texts)}, "test": {"share": 0.2}},
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 50},
        "encoder": {"use": "cnn", "maps": 50},
        "training": {"epochs": EPOCHS, "batch_size": 50},
        "evaluation": {"baselines": []},
        "matrix": {"training.lr": [0.001, 0.01], "seed": [*range(-(-runs // 2))]},
    }
    return plan_of(load_recipe(recipe, build_registry()))[:runs]


def seconds(jobs: Sequence[Job], executor: Executor) -> float:
    """The time from the start of an executor to its end."""
    start = time.perf_counter()
    outcomes = run_jobs(jobs, executor, Reporter(), fail_fast=True)
    assert len(outcomes) == len(jobs)
    return time.perf_counter() - start


def alone(job: Job, directory: Path) -> float:
    """The time of a run alone, in this process, which has loaded its modules and read its texts."""
    runner = JobRunner(JobSettings(directory, threads=1))
    runner.run(job)
    return runner.run(Job("again", job.candidate, job.axes, job.recipe)).seconds


def main() -> int:
    """Print the table; 1 where the goal is missed."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 24
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        write_texts(directory / "texts.tsv")
        jobs = jobs_of(directory / "texts.tsv", runs)
        before = alone(jobs[0], directory / "before")
        settings = JobSettings(directory / "first", threads=1)
        start_up = seconds(jobs[:1], ProcessesExecutor(settings, 1)) - before
        taken = seconds(jobs, ProcessesExecutor(JobSettings(directory / "all", threads=1), PROCESSES))
        one = (before + alone(jobs[0], directory / "after")) / 2
    ratio = (taken - start_up) / (runs * one)
    print(f"one run alone     {one:6.1f} s")
    print(f"start-up          {start_up:6.1f} s")
    print(f"{runs:<3} runs          {taken:6.1f} s in {PROCESSES} processes")
    print(f"ratio             {ratio:6.2f}   goal {GOAL}")
    return int(ratio > GOAL)


if __name__ == "__main__":
    sys.exit(main())
