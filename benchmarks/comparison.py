"""How long the statistics of a comparison take on 10,000 predictions: the goal is under two seconds in all.

    python benchmarks/comparison.py [--n 10000] [--seeds 3]

Differences are drawn so that one text in five comes out differently; with seeds, their averages are
compared. What has to be imported is imported before.
"""

from __future__ import annotations

import argparse
from time import perf_counter

import numpy as np

from embedkit.evaluation.comparison.paired import bootstrap_interval, p_value
from embedkit.evaluation.comparison.power import smallest_difference

GOAL = 2.0
STATISTICS = (bootstrap_interval, p_value, smallest_difference)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    generator = np.random.default_rng(0)
    drawn = generator.choice([-1.0, 0.0, 1.0], p=[0.09, 0.8, 0.11], size=(given.n, given.seeds))
    for each in STATISTICS:
        each(drawn[:100, 0])
    for seeds in sorted({1, given.seeds}):
        measure(drawn[:, :seeds].mean(axis=1).round(12), seeds)


def measure(differences: np.ndarray, seeds: int) -> None:
    total = 0.0
    for each in STATISTICS:
        started = perf_counter()
        each(differences)
        seconds = perf_counter() - started
        total += seconds
        print(f"{seeds} seeds  {each.__name__:<20} {seconds:6.3f} s")
    print(f"{seeds} seeds  {'all':<20} {total:6.3f} s  {'reached' if total < GOAL else 'MISSED'}: {GOAL} s")


if __name__ == "__main__":
    main()
