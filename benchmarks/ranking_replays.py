"""What the race of a ranking finds, and what it saves, in replays of real predictions.

    EMBEDKIT_DATA=... OMP_NUM_THREADS=1 python benchmarks/ranking_candidates.py STORE
    python benchmarks/ranking_replays.py STORE [null|planted|grid] [--replays 1000]

STORE has the predictions that `ranking_candidates.py` stores. `null` exchanges the outcomes of models text by
text, so that all are equally good, and counts the races that drop one all the same: at most alpha is the
goal. `planted` makes one of two equal candidates worse by so many points. `grid` compares the first tier of a
race with that of the full grid: on the stored texts with the folds in other orders, and on subsets of texts
and of candidates.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedkit.evaluation.ranking.race import Race
from embedkit.evaluation.ranking.scores import CandidateScores, FoldScores, Measure
from embedkit.evaluation.ranking.settling import is_settled
from embedkit.evaluation.ranking.tiers import compare_with_best, is_told, ordered

ACCURACY = Measure()
SAME, SHARE = 0.95, 0.4
"""Goals: how often the first tier is that of the full grid, and with which share of its trainings."""

PAIRS = [("nbsvm", "tfidf words"), ("glove 100", "tfidf letters"), ("glove 50", "random 100")]


@dataclass(frozen=True)
class Stored:
    """Which texts each candidate has right, float64 [K, n], and the fold of each text, int64 [n]."""

    name: str
    names: list[str]
    right: np.ndarray
    folds: np.ndarray

    def only(self, names: list[str]) -> Stored:
        rows = [self.names.index(name) for name in names]
        return Stored(self.name, names, self.right[rows], self.folds)

    def some(self, generator: np.random.Generator) -> Stored:
        """Return a random subset: 40 to 100% of the texts of each fold, and 8 to 15 candidates."""
        texts = generator.random(len(self.folds)) < generator.uniform(0.4, 1, 10)[self.folds]
        count = generator.integers(8, len(self.names) + 1)
        rows = np.sort(generator.permutation(len(self.names))[:count])
        names = [self.names[row] for row in rows]
        return Stored(self.name, names, self.right[np.ix_(rows, np.flatnonzero(texts))], self.folds[texts])

    def scores(self, number: int, folds: list[int]) -> CandidateScores:
        """Return the scores of a candidate on these folds."""
        own = {}
        for fold in folds:
            ids = np.flatnonzero(self.folds == fold)
            right = self.right[number, ids]
            ratio = len(ids) / (len(self.folds) - len(ids))
            own[fold] = FoldScores(ids, right, float(right.mean()), ratio)
        return CandidateScores(self.names[number], own)


def read(store: Path) -> Iterator[Stored]:
    for path in sorted(store.glob("*.npz")):
        content = np.load(path)
        right = content["right"].astype(float)
        yield Stored(path.stem, content["names"].tolist(), right, content["folds"].astype(int))


def race(stored: Stored, order: np.ndarray, settle: bool = True) -> tuple[Race, list[int], int]:
    """Race the candidates in this order of folds; return the race, the folds run, and the trainings."""
    run, trainings, alone = [], 0, Race(stored.names)
    for fold in order.tolist():
        ids = np.flatnonzero(stored.folds == fold)
        run.append(fold)
        for name in alone.alive:
            trainings += 1
            alone.observe(name, fold, ids, stored.right[stored.names.index(name), ids])
        alive = [stored.scores(stored.names.index(name), run) for name in alone.alive]
        if settle and is_settled(alive, ACCURACY, len(order)):
            break
    return alone, run, trainings


def exchanged(stored: Stored, generator: np.random.Generator) -> Stored:
    """Return the predictions with the candidates exchanged at random, text by text."""
    right = generator.permuted(stored.right, axis=0)
    return Stored(stored.name, stored.names, right, stored.folds)


def null(stored: list[Stored], replays: int) -> None:
    generator = np.random.default_rng(0)
    print("equal candidates: share of the races in which one was dropped (goal: at most 0.05)")
    for each in [one for one in stored if one.name.endswith("-0")]:
        for names in [*map(list, PAIRS), each.names]:
            chosen, wrong = each.only(names), 0
            for _ in range(replays):
                raced, _, _ = race(exchanged(chosen, generator), generator.permutation(10), settle=False)
                wrong += bool(raced.dropped)
            label = " and ".join(names) if len(names) == 2 else f"all {len(names)}"
            verdict = "reached" if wrong / replays <= 0.05 else "MISSED"
            print(f"  {each.name:<6} {label:<32} {wrong / replays:.3f}  {verdict}", flush=True)


def worsened(pair: Stored, points: float, generator: np.random.Generator) -> Stored:
    """Return an exchanged pair, of which the second one has so many points of its right texts wrong."""
    right = exchanged(pair, generator).right.copy()
    chosen = np.flatnonzero(right[1] == 1)
    right[1, generator.permutation(chosen)[: round(points / 100 * len(pair.folds))]] = 0
    return Stored(pair.name, pair.names, right, pair.folds)


def planted(stored: list[Stored], replays: int) -> None:
    generator = np.random.default_rng(0)
    print("planted differences: share in which the worse one was dropped, the better one, mean folds run")
    for each in [one for one in stored if one.name.endswith("-0")]:
        for points in (1, 2, 5):
            pair, found, wrong, folds = each.only(list(PAIRS[0])), 0, 0, 0
            for _ in range(replays):
                changed = worsened(pair, points, generator)
                raced, run, _ = race(changed, generator.permutation(10), settle=False)
                gone = [*raced.dropped.values()]
                found += pair.names[1] in raced.dropped
                wrong += pair.names[0] in raced.dropped
                folds += run.index(gone[0].after_fold) + 1 if gone else 10
            shares = "  ".join(f"{count / replays:.3f}" for count in (found, wrong))
            print(f"  {each.name:<6} {points} points  {shares}  {folds / replays:.1f}", flush=True)


def first_tier(candidates: list[CandidateScores]) -> set[str]:
    best_first = ordered(candidates, ACCURACY)
    compared = compare_with_best(best_first, ACCURACY)
    worse = {name for name, own in compared.items() if is_told(own, ACCURACY)}
    return {own.name for own in best_first} - worse


def grid(stored: list[Stored], replays: int) -> None:
    print("the first tier of a race beside that of the full grid")
    for title, subsets in (("all texts and candidates", False), ("subsets of texts and candidates", True)):
        for settle in (True, False):
            print(f"{title}, {'stopped when settled' if settle else 'all folds'}")
            for name in ("mr", "sst"):
                own = [one for one in stored if one.name.startswith(name)]
                _grid(name, own, replays, subsets, settle)


def _grid(name: str, stored: list[Stored], replays: int, subsets: bool, settle: bool) -> None:
    generator, same, shares, sizes = np.random.default_rng(1), [], [], []
    for replay in range(replays):
        each = stored[replay % len(stored)]
        each = each.some(generator) if subsets else each
        order = generator.permutation(10)
        full = first_tier([each.scores(number, [*range(10)]) for number in range(len(each.names))])
        raced, run, trainings = race(each, order, settle)
        alive = [each.scores(each.names.index(own), run) for own in raced.alive]
        same.append(first_tier(alive) == full)
        shares.append(trainings / (10 * len(each.names)))
        sizes.append(len(full))
    verdict = "reached" if np.mean(same) >= SAME and np.mean(shares) <= SHARE else "MISSED"
    low, high = np.quantile(shares, [0.1, 0.9])
    saved = f"{np.mean(shares):.1%} of the trainings ({low:.0%} to {high:.0%})"
    row = f"{name:<4} the same in {np.mean(same):.1%}, with {saved}, first tier of {np.mean(sizes):.1f}"
    print(f"  {row}  {verdict}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("what", nargs="*", default=["null", "planted", "grid"])
    parser.add_argument("--replays", type=int, default=1000)
    given = parser.parse_args()
    stored = [*read(given.store)]
    if not stored:
        raise SystemExit(f"skipped: no predictions in {given.store}; ranking_candidates.py makes them")
    for what in given.what:
        {"null": null, "planted": planted, "grid": grid}[what](stored, given.replays)


if __name__ == "__main__":
    main()
