"""How the cost of an epoch, of a whole run, and their memory grow with the number of texts.

`python benchmarks/training.py --sizes [N...]`. Each measurement has a process of its own. `epoch` is the case
rnn-frozen on ids alone; `run` is `embedkit.run` of a recipe with one epoch on a file of words, with all that
a run writes and shows; `streamed` the same with `data.in_memory: false`. Memory is the peak of the process
beyond what it had after its imports. Ends with 1 where a text of the largest size takes over 1.25 times as
long as one of the first size from 10,000 on.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from io import StringIO
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from training_cases import CASES, LONGEST, MARKED, model_of, texts
from training_contenders import BATCH, SEED

import embedkit
from embedkit.recipe.sections.training import Training
from embedkit.report.terminal.run import print_results
from embedkit.text.batching import EncodedSplit
from embedkit.training.trainer import Trainer

SIZES = (1_000, 10_000, 100_000)
SMALLEST, SLOWER = 10_000, 1.25
CASE = CASES["rnn-frozen"]


def peak() -> float:
    """The most MiB that this process has had, files that it has mapped included."""
    status = Path("/proc/self/status")
    if status.exists():  # where there is none, what the parent had counts too
        (most,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(most.split()[1]) / 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def epoch(count: int) -> Callable[[], None]:
    """One epoch, after a few steps that are not measured."""
    model, train = model_of(CASE), texts(count, CASE.rows, seed=1)
    settings = Training(epochs=1, batch_size=BATCH)

    def over(split: EncodedSplit) -> None:
        with Trainer(model, split, settings, SEED) as trainer:
            list(trainer)

    over(texts(4 * BATCH, CASE.rows, seed=2))
    return lambda: over(train)


def write(count: int, path: Path) -> None:
    """So many texts as those of the cases into a file, in a process of its own: a run is measured without."""
    rng = np.random.default_rng(1)
    labels = rng.integers(0, 2, count)
    lengths = np.clip(rng.lognormal(2.85, 0.55, count), 1, LONGEST).astype(np.int64)
    rows = rng.integers(2 + 2 * MARKED, CASE.rows, lengths.sum())
    marked = rng.random(len(rows)) < 0.2
    sets = MARKED * np.repeat(labels, lengths)[marked]
    rows[marked] = 2 + sets + rng.integers(0, MARKED, marked.sum())
    words = map("word{}".format, rows.tolist())
    with path.open("w") as file:
        for label, length in zip(labels.tolist(), lengths.tolist(), strict=True):
            file.write(f"{label}\t{' '.join(islice(words, length))}\n")


def whole_run(path: Path, in_memory: bool) -> Callable[[], None]:
    """A run on a file of texts, which stay in memory or in files."""
    reader = {"use": "tsv", "path": str(path), "columns": ["label", "text"], "header": False}
    recipe = {
        "name": "growth",
        "data": {"train": reader, "in_memory": in_memory},
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 50, "trainable": "none"},
        "encoder": {"use": "rnn", **CASE.keys},
        "training": {"epochs": 1, "batch_size": BATCH, "checkpoint_every": 0},
        "evaluation": {"metrics": ["accuracy"], "baselines": ["majority"]},
    }

    def run() -> None:
        with tempfile.TemporaryDirectory(dir=path.parent) as folder, redirect_stdout(StringIO()):
            print_results(embedkit.run(recipe, out=Path(folder) / "run"))

    return run


MEASURED: dict[str, Callable[[int, Path], Callable[[], None]]] = {
    "epoch": lambda count, _: epoch(count),
    "run": lambda _, path: whole_run(path, in_memory=True),
    "streamed": lambda _, path: whole_run(path, in_memory=False),
    "write": lambda count, path: lambda: write(count, path),
}


def child(what: str, count: int, path: Path) -> None:
    """Print seconds and MiB of one measurement as JSON."""
    torch.set_num_threads(1)
    before = peak()
    run = MEASURED[what](count, path)
    start = time.process_time()
    run()
    print(json.dumps([time.process_time() - start, peak() - before]))


def measured(what: str, count: int, path: Path) -> tuple[float, float]:
    command = [sys.executable, __file__, what, str(count), str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    seconds, mebibytes = json.loads(done.stdout.splitlines()[-1])
    return seconds, mebibytes


def report_growth(sizes: Sequence[int]) -> int:
    """Print a line for each size; 1 where the cost of a text grows with them."""
    shown = ("epoch", "run", "streamed")
    print(f"{'texts':>10}" + "".join(f"{what + ', s per 1,000':>24}{'MiB':>8}" for what in shown))
    costs = {}
    for count in sorted(sizes):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "texts.tsv"
            measured("write", count, path)
            print(f"{count:10,}", end="", flush=True)
            for what in shown:
                seconds, memory = measured(what, count, path)
                costs[what, count] = seconds / count
                print(f"{1000 * seconds / count:24.4f}{memory:8.0f}", end="", flush=True)
        print()
    return int(
        any(_grows([costs[what, count] for count in sorted(sizes) if count >= SMALLEST]) for what in shown)
    )


def _grows(costs: Sequence[float]) -> bool:
    return bool(costs) and costs[-1] > SLOWER * costs[0]


if __name__ == "__main__":
    child(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
