"""How long an epoch takes, and how long it is to the same accuracy, against other loops.

    python benchmarks/training.py [--texts N] [--rounds N] [--epochs N] [CASE...]
    python benchmarks/training.py --sizes [N...]

The contenders train equal models on the same synthetic texts (mean length 20, longest 120; the label is which
of two sets of words occurs) in turn, ROUNDS times EPOCHS epochs, with batches of 64 and one thread:

    notebook  pads every text to the longest, reads the padding, dense Adam over the whole table
    padded    as the notebook, but takes states at the texts' own ends
    by hand   the best loop of PyTorch's own parts: batches by length, fused Adam, in sparse cases SparseAdam,
              the BiLSTM's texts packed; it checks no gradient and records nothing
    encoder   the loop by hand around embedkit's encoder: what is left between the two is the loop's
    skorch    the same module, optimizer and texts in skorch's loop, padded to the longest of a batch
              (it has no optimizer for sparse cases)

Cases that end in `sparse` are trained with `embedding.sparse: true`. Prints, for each contender, the median
seconds of an epoch after the first, and of the epochs until 90% of other texts are told right, by how much
they are embedkit's, and the accuracy after the last epoch. Seconds are the processor's, so that waiting for
it does not count. Ends with 1 where a goal is missed.

With `--sizes` the cost per text and the memory are measured instead, see training_growth.py.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import torch
from training_cases import CASES, Case, texts
from training_contenders import Accuracy, as_the_notebook, by_hand, own_encoder, padded, with_embedkit
from training_growth import SIZES, report_growth
from training_skorch import with_skorch

from embedkit.text.batching import EncodedSplit

TARGET = 0.9
BY_HAND, SKORCH = 0.95, 1.0

CONTENDERS = {
    "embedkit": with_embedkit,
    "by hand": by_hand,
    "encoder": own_encoder,
    "skorch": with_skorch,
    "padded": padded,
    "notebook": as_the_notebook,
}


@dataclass
class Laps:
    """The seconds of each epoch, and the accuracy after it on `other`, which is measured between them."""

    other: EncodedSplit
    seconds: list[float] = field(default_factory=list)
    accuracies: list[float] = field(default_factory=list)
    since: float = field(default_factory=time.process_time)

    def __call__(self, accuracy: Accuracy) -> None:
        self.seconds.append(time.process_time() - self.since)
        self.accuracies.append(accuracy(self.other))
        self.since = time.process_time()

    def to_target(self) -> tuple[float, bool]:
        """The seconds until the target was reached, and whether it was."""
        passed = zip(accumulate(self.seconds), self.accuracies, strict=True)
        reached = next((seconds for seconds, accuracy in passed if accuracy >= TARGET), None)
        return (sum(self.seconds), False) if reached is None else (reached, True)


@dataclass(frozen=True)
class Figures:
    """What a contender's rounds came to; `reached` says whether all of them reached the target."""

    epoch: float
    to_target: float
    reached: bool
    accuracy: float


def figures_of(rounds: Sequence[Laps]) -> Figures:
    to_target = [laps.to_target() for laps in rounds]
    return Figures(
        statistics.median(seconds for laps in rounds for seconds in laps.seconds[1:]),
        statistics.median(seconds for seconds, _ in to_target),
        all(reached for _, reached in to_target),
        statistics.median(laps.accuracies[-1] for laps in rounds),
    )


def measure(case: Case, count: int, epochs: int, rounds: int) -> dict[str, Figures]:
    """Every contender that can train the case, in turn, `rounds` times."""
    train, other = texts(int(count * case.texts), case.rows, seed=1), texts(1000, case.rows, seed=2)
    measured: dict[str, list[Laps]] = {n: [] for n in CONTENDERS if n != "skorch" or not case.sparse}
    few = texts(64, case.rows, seed=3)
    for name in measured:
        # Whatever a library does for the first time only is no part of what is compared.
        CONTENDERS[name](case, few)(1, Laps(few))
    for _ in range(rounds):
        for name, laps in measured.items():
            run = CONTENDERS[name](case, train)
            laps.append(Laps(other))
            run(epochs, laps[-1])
    return {name: figures_of(laps) for name, laps in measured.items()}


def report(name: str, case: Case, count: int, epochs: int, rounds: int) -> bool:
    """Print a case; whether its goals are reached."""
    measured = measure(case, count, epochs, rounds)
    ours = measured["embedkit"]
    # Of the loop by hand the epoch alone counts: the order of its texts, and so the rest, is the same.
    goals = {"by hand": (BY_HAND, 0), "skorch": (SKORCH, 0), "notebook": (case.notebook, case.notebook)}
    met = ours.reached
    for contender, theirs in measured.items():
        ratios = theirs.epoch / ours.epoch, theirs.to_target / ours.to_target
        wanted = goals.get(contender, (0, 0))
        met &= all(ratio >= goal for ratio, goal in zip(ratios, wanted, strict=True))
        print(row(name, contender, theirs, ratios, max(wanted)), flush=True)
    return met


def row(case: str, contender: str, theirs: Figures, ratios: tuple[float, float], goal: float) -> str:
    # A contender that never reached the target took longer than all its epochs.
    more = " " if theirs.reached else ">"
    epoch = f"{theirs.epoch:9.2f} s{ratios[0]:8.2f}×"
    to_target = f"{more:>3}{theirs.to_target:8.2f} s{more:>2}{ratios[1]:7.2f}×"
    return f"{case:20}{contender:10}{epoch}{to_target}{f'{goal}×' if goal else '':>8}{theirs.accuracy:10.3f}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 where a goal is missed."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cases", nargs="*", choices=[[], *CASES], default=[])
    parser.add_argument("--texts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--sizes", nargs="*", type=int)
    asked = parser.parse_args(arguments)
    torch.set_num_threads(1)
    if asked.sizes is not None:
        return report_growth(asked.sizes or SIZES)
    print(f"{'':30}{'epoch':>11}{'ratio':>9}{f'to {TARGET:.0%}':>13}{'ratio':>10}{'goal':>8}{'accuracy':>10}")
    chosen = {name: CASES[name] for name in asked.cases or CASES}
    met = [report(name, case, asked.texts, asked.epochs, asked.rounds) for name, case in chosen.items()]
    return int(not all(met))


if __name__ == "__main__":
    sys.exit(main())
