"""How often planted slices are found, how often one is reported by chance, and how long 100,000 texts take.

    python benchmarks/slices.py [DRAWS [DRAWS_OF_NOTHING]]

The texts are drawn: words by Zipf's law, two classes of 9 to 1 with error rates of 0.15 and 0.6. Planted is a
word put into a share of the texts, whose error rate is then higher by some points. For each, DRAWS draws are
analysed, 60 by default, and DRAWS_OF_NOTHING, 200 by default, with nothing planted. Then the processor
seconds of 100,000 texts of 20 words are printed, for slices and for confusion words. Ends with 1 where more
than 5% of draws report a slice by chance.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from functools import partial

import numpy as np

from embedkit.evaluation.error_analysis.confusion_words import confusion_words
from embedkit.evaluation.error_analysis.held_out import HeldOut
from embedkit.evaluation.error_analysis.slices import ALPHA, find_slices

PLANTED = "planted"
SHARES, POINTS = (0.02, 0.1, 0.5), (5, 10, 20)
TEXTS, MANY, VOCABULARY, LENGTH = 4_000, 100_000, 50_000, 20
CLASSES, RATES = (0.9, 0.1), (0.15, 0.6)


def drawn(generator: np.random.Generator, count: int, share: float, points: float) -> HeldOut:
    """Return texts of which a share have the planted word and an error rate higher by these points."""
    zipf = 1 / np.arange(1, VOCABULARY + 1)
    lengths = generator.poisson(LENGTH, count)
    words = generator.choice(VOCABULARY, lengths.sum(), p=zipf / zipf.sum())
    parts = np.split(words.astype(str).astype(object), np.cumsum(lengths)[:-1])
    has = generator.random(count) < share
    labels = generator.choice(2, count, p=CLASSES)
    wrong = generator.random(count) < np.array(RATES)[labels] + has * points / 100
    probabilities = np.full((1, count, 2), 0.1)
    probabilities[0, np.arange(count), np.where(wrong, 1 - labels, labels)] = 0.9
    tokens = tuple((*part, PLANTED) if it else tuple(part) for part, it in zip(parts, has, strict=True))
    return HeldOut(
        np.arange(count), ("",) * count, tokens, labels, ("often", "rare"), probabilities, ("drawn",)
    )


def reports(draws: int, share: float, points: float) -> tuple[float, float]:
    """Return the shares of draws that report the planted word, and that report any other slice."""
    planted = others = 0
    for seed in range(draws):
        found = find_slices(drawn(np.random.default_rng(seed), TEXTS, share, points), seed=seed).found
        names = [each.name.name for each in found]
        planted += PLANTED in names
        others += any(name != PLANTED for name in names)
    return planted / draws, others / draws


def seconds(call: Callable[[], object]) -> float:
    """Return the processor seconds of a call."""
    start = time.process_time()
    call()
    return time.process_time() - start


def main(draws: int = 60, of_nothing: int = 200) -> int:
    for share in SHARES:
        for points in POINTS:
            planted, others = reports(draws, share, points)
            print(f"in {share:.0%} of {TEXTS:,}, +{points} points: found {planted:.0%}, others {others:.1%}")
    _, chance = reports(of_nothing, 0.1, 0)
    print(f"nothing planted: a slice is reported in {chance:.1%} of draws")
    many = drawn(np.random.default_rng(0), MANY, 0.02, 10)
    for name, call in (("slices", find_slices), ("confusion words", confusion_words)):
        print(f"{name} of {MANY:,} texts: {seconds(partial(call, many)):.1f} s of a core")
    return int(chance > ALPHA)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
