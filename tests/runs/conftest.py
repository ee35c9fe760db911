from __future__ import annotations

import multiprocessing
import random
import shutil
import time

import pytest

import embedkit

FORKS = multiprocessing.get_context("forkserver")
"""Forks processes from one that has imported what takes its time, so that twenty can be killed."""

FORKS.set_forkserver_preload(
    ["embedkit.tasks.train", "torch._dynamo", "sklearn.linear_model", "statsmodels.api"]
)

TEXTS = [
    f"{mood} {thing}"
    for mood in ("good", "fine", "bad", "poor")
    for thing in ("film", "plot", "cast", "score")
]
LABELS = ["pos"] * 8 + ["neg"] * 8


@pytest.fixture(scope="session")
def recipe():
    """A small recipe with every split, to change and run."""
    return {
        "name": "small",
        "seed": 3,
        "data": {
            "train": {"use": "inline", "texts": TEXTS, "labels": LABELS},
            "validation": {"share": 0.25},
            "test": {
                "use": "inline",
                "texts": ["good new film", "", "zzz", "poor plot"],
                "labels": ["pos", "neg", "pos", "neg"],
            },
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 8},
        "encoder": {"use": "rnn", "hidden_size": 5},
        "training": {"epochs": 3, "batch_size": 4, "lr": 0.05, "early_stopping": None},
        "evaluation": {"metrics": ["accuracy", "confusion-matrix"]},
    }


@pytest.fixture(scope="session")
def finished(recipe, tmp_path_factory):
    """A finished run of that recipe."""
    return embedkit.run(recipe, out=tmp_path_factory.mktemp("runs") / "small")


@pytest.fixture
def kill_and_resume():
    """Kills a run twenty times, each time going on with it, and lets it end."""

    def kill_and_resume(recipe, out, kept, longest, check):
        """Each kill comes at a random moment, up to `longest` seconds, after `kept` of `out` has changed.

        A run that ends before it is killed is passed to `check`, as the last one is, and begun anew. It is
        resumed first: the kill may have come when it had its name, and before it was tidy.
        """
        moments, killed = random.Random(4), 0
        while killed < 20:
            if out.exists():
                check(embedkit.run(recipe, out=out, resume=True))
                shutil.rmtree(out)
            process = FORKS.Process(target=embedkit.run, args=(recipe,), kwargs={"out": out, "resume": True})
            before = kept(out)
            process.start()
            while process.is_alive() and kept(out) == before:
                time.sleep(0.001)
            time.sleep(moments.uniform(0, longest))
            process.kill()
            process.join()
            killed += process.exitcode == -9
        check(embedkit.run(recipe, out=out, resume=True))

    return kill_and_resume
