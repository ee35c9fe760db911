"""How the cost of an epoch, of a whole run, and their memory grow with the number of texts.

`python benchmarks/training.py --sizes [N...]`. Each size has a process of its own. `epoch` is the case
rnn-frozen on ids alone; `run` is `embedkit.run` of a recipe with one epoch on a file of words, with all that
a run writes. Memory is the peak of the process beyond what it had after its imports. Ends with 1 where a text
of the largest size takes over 1.25 times as long as one of the first size from 10,000 on.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from training_cases import CASES, model_of, texts
from training_contenders import BATCH, SEED

import embedkit
from embedkit.interfaces import no_progress
from embedkit.recipe.sections.training import Training
from embedkit.text.batching import EncodedSplit
from embedkit.training.loop import fit

SIZES = (1_000, 10_000, 100_000)
SMALLEST, SLOWER = 10_000, 1.25
CASE = CASES["rnn-frozen"]


def peak() -> float:
    """The most MiB that this process has had."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def epoch(count: int) -> Callable[[], None]:
    """One epoch, after a few steps that are not measured."""
    model, train = model_of(CASE), texts(count, CASE.rows, seed=1)
    settings = Training(epochs=1, batch_size=BATCH)

    def over(split: EncodedSplit) -> None:
        fit(model, split, settings, SEED, no_progress, lambda *_: None)

    over(texts(4 * BATCH, CASE.rows, seed=2))
    return lambda: over(train)


def whole_run(count: int) -> Callable[[], None]:
    """A run on a file of so many texts."""
    folder = tempfile.TemporaryDirectory()
    path = Path(folder.name) / "texts.tsv"
    train = texts(count, CASE.rows, seed=1)
    with path.open("w") as file:
        for batch in train.batches(torch.arange(count).split(1)):
            words = " ".join(f"word{row}" for row in batch.ids[0].tolist())
            file.write(f"{int(batch.labels)}\t{words}\n")
    recipe = {
        "name": "growth",
        "data": {"train": {"use": "tsv", "path": str(path), "columns": ["label", "text"], "header": False}},
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 50, "trainable": "none"},
        "encoder": {"use": "rnn", **CASE.keys},
        "training": {"epochs": 1, "batch_size": BATCH, "checkpoint_every": 0},
        "evaluation": {"metrics": ["accuracy"], "baselines": ["majority"]},
    }

    def run() -> None:
        with folder:
            embedkit.run(recipe, out=Path(folder.name) / "run")

    return run


MEASURED = {"epoch": epoch, "run": whole_run}


def child(what: str, count: int) -> None:
    """Print seconds and MiB of one measurement as JSON."""
    torch.set_num_threads(1)
    before = peak()
    run = MEASURED[what](count)
    start = time.process_time()
    run()
    print(json.dumps([time.process_time() - start, peak() - before]))


def measured(what: str, count: int) -> tuple[float, float]:
    command = [sys.executable, __file__, what, str(count)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, mebibytes = json.loads(done.stdout.splitlines()[-1])
    return seconds, mebibytes


def report_growth(sizes: Sequence[int]) -> int:
    """Print a line for each size; 1 where the cost of a text grows with them."""
    print(f"{'texts':>10}{'epoch, s per 1,000':>22}{'MiB':>8}{'run, s per 1,000':>22}{'MiB':>8}")
    costs = {}
    for count in sorted(sizes):
        (seconds, memory), (whole, most) = measured("epoch", count), measured("run", count)
        costs[count] = seconds / count
        print(f"{count:10,}{1000 * seconds / count:22.4f}{memory:8.0f}", end="")
        print(f"{1000 * whole / count:22.4f}{most:8.0f}", flush=True)
    least = next((cost for count, cost in costs.items() if count >= SMALLEST), costs[max(costs)])
    return int(costs[max(costs)] > SLOWER * least)


if __name__ == "__main__":
    child(sys.argv[1], int(sys.argv[2]))
