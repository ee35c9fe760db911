"""How long the analysis of 100,000 predictions takes, and how much memory. `python benchmarks/analysis.py`"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np

from embedkit.evaluation.oov.analysis import analyse
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.difference import permutation_p
from embedkit.evaluation.predictions import Prediction

SECONDS, MEGABYTES, SECONDS_OF_TEST = 10, 500, 2


def predictions(n: int, seed: int = 0) -> list[Prediction]:
    """Texts of 5 to 34 words of a vocabulary of 50,000, Zipf distributed; every seventh word is missing."""
    rng = np.random.default_rng(seed)
    words = [f"word{i}" for i in range(50_000)]
    states = ["filled" if i % 7 == 3 else "unseen" if i % 7 == 5 else "covered" for i in range(50_000)]
    made = []
    for number, length in enumerate(rng.integers(5, 35, n).tolist()):
        rows = np.minimum(rng.zipf(1.3, length), 50_000) - 1
        tokens = tuple(words[row] for row in rows)
        of_token = tuple(states[row] for row in rows)
        label, predicted = ("pos", "neg" if rng.random() < 0.2 else "pos")
        made.append(
            Prediction(
                "test", number, "", label, predicted, (0.2, 0.8), 0.8, tokens, of_token, (False,) * length, 0
            )
        )
    return made


def main() -> None:
    content = Content(f"word{i}" for i in range(50))
    made = predictions(100_000)
    started = time.perf_counter()
    found = analyse(made, content, ["neg", "pos"])
    seconds = time.perf_counter() - started
    peak = (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
    )
    tokens = found.coverage.tokens.all.total
    print(f"analysis of {len(made):,} predictions with {tokens:,} tokens: {seconds:.1f} s (goal: {SECONDS})")
    print(f"peak memory of the process, the predictions included: {peak:.0f} MB (goal: {MEGABYTES})")
    rng = np.random.default_rng(1)
    share = rng.binomial(20, 0.15, 10_000) / rng.integers(20, 40, 10_000)
    started = time.perf_counter()
    permutation_p(rng.random(10_000) < 0.2, share)
    print(f"permutation test of 10,000: {time.perf_counter() - started:.1f} s (goal: {SECONDS_OF_TEST})")


if __name__ == "__main__":
    main()
