"""Whether the forecast of a learning curve comes true: fitted on half of a text set, checked on all of it.

    EMBEDKIT_DATA=... OMP_NUM_THREADS=1 python benchmarks/learning_curve.py STORE [mr sst2 rare …]

Ten times (--draws), half of the labelled texts is drawn, and a curve is fitted to the scores of shares of it:
over ten folds for MR, over five seeds with the test split for SST-2. Not looked at while the method was made:
`rare`, MR with a fifth of its positive texts, and `sst1`, five uneven classes. `phrases` are 8,000 phrases of
SST-1, half of them neutral, of which NBSVM has hardly begun to learn. Printed are how often the score with
all texts lies in the 90% interval, how often the gain on the same held-out texts does, and how wide the
intervals are. STORE keeps the scores of finished draws.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from embedkit.data.folds import draw_folds
from embedkit.data.nested_shares import nested_share
from embedkit.evaluation.error_analysis.learning_curve import learning_curve, shared_noise
from embedkit.evaluation.error_analysis.learning_curves import Curve
from embedkit.plugin.registry import build_registry

SHARES = (0.125, 0.25, 0.5, 0.75, 1.0)
FOLDS, SEEDS = 10, 5
PHRASES = 8_000


@dataclass(frozen=True)
class Texts:
    """Labelled texts; `test` are the positions of the test split, if there is one."""

    texts: list[str]
    labels: np.ndarray
    test: np.ndarray | None

    def right(self, train: Sequence[int], test: Sequence[int]) -> np.ndarray:
        """Return whether NBSVM, trained on some of the texts, has others right."""
        classes = tuple(map(str, np.unique(self.labels)))
        fitted = NBSVM().fit([self.texts[i] for i in train], self.labels[[*train]], classes)
        found = fitted.probabilities([self.texts[i] for i in test])
        return np.asarray(found.argmax(axis=1) == self.labels[[*test]])

    def some(self, positions: Sequence[int], share: float, seed: int) -> list[int]:
        """Return a nested share of these texts."""
        chosen = nested_share([str(self.labels[i]) for i in positions], share, seed, None)
        return [positions[i] for i in chosen]


@dataclass(frozen=True)
class Draw:
    """The curve of half of the texts; the score with all, and the gain of twice as many on the same texts."""

    curve: Curve
    score: float
    gain: float


NBSVM = build_registry().get("baseline", "nbsvm").factory


def of_folds(data: Texts, half: list[int], seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Return the sizes, the scores by fold and size, and the score of twice the texts on the same folds."""
    rest = sorted({*range(len(data.texts))} - {*half})
    folds = np.array(draw_folds([str(data.labels[i]) for i in half], FOLDS, seed))
    rows, sizes, twice = [], [], []
    for fold in range(FOLDS):
        train = [i for i, of in zip(half, folds, strict=True) if of != fold]
        test = [i for i, of in zip(half, folds, strict=True) if of == fold]
        parts = [train if share == 1 else data.some(train, share, seed) for share in SHARES]
        more = train + data.some(rest, len(train) / len(rest), seed)
        sizes.append([len(part) for part in parts])
        rows.append([data.right(part, test).mean() for part in parts])
        twice.append(data.right(more, test).mean())
    return np.mean(sizes, axis=0), np.array(rows), float(np.mean(twice))


def of_seeds(data: Texts, half: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the sizes, and which test texts are right by seed and size."""
    full = data.right(half, data.test)
    rows = []
    for seed in range(SEEDS):
        parts = [data.some(half, share, seed) for share in SHARES[:-1]]
        rows.append([data.right(part, data.test) for part in parts] + [full])
    return np.array([*map(len, parts), len(half)]), np.array(rows), full


def draws(name: str, data: Texts, count: int, store: Path) -> Iterator[Draw]:
    """Yield the draws; scores that were stored are not computed again."""
    train = [*range(len(data.texts))]
    if data.test is not None:
        train = sorted({*train} - {*data.test})
    whole = kept(store / f"{name}-all.npz", lambda: {"score": whole_score(data, train)})["score"]
    for number in range(count):
        half = data.some(train, 0.5, 1_000 + number)
        if data.test is None:
            found = kept(store / f"{name}-{number}.npz", lambda half=half, n=number: _folds(data, half, n))
            curve = learning_curve(found["sizes"], found["rows"])
            yield Draw(curve, float(whole), float(found["twice"] - found["rows"][:, -1].mean()))
        else:
            found = kept(store / f"{name}-{number}.npz", lambda half=half: _seeds(data, half))
            right = found["right"].astype(float)
            noise = shared_noise(right.mean(axis=0), np.ones(right.shape[1:]))
            curve = learning_curve(found["sizes"], right.mean(axis=2), noise)
            yield Draw(curve, float(whole), float(whole - right[:, -1].mean()))


def _folds(data: Texts, half: list[int], seed: int) -> dict[str, np.ndarray]:
    sizes, rows, twice = of_folds(data, half, seed)
    return {"sizes": sizes, "rows": rows, "twice": np.array(twice)}


def _seeds(data: Texts, half: list[int]) -> dict[str, np.ndarray]:
    sizes, right, _ = of_seeds(data, half)
    return {"sizes": sizes, "right": right}


def whole_score(data: Texts, train: list[int]) -> np.ndarray:
    """Return the score with all texts: of the test split, or over folds."""
    if data.test is not None:
        return np.array(data.right(train, data.test).mean())
    folds = np.array(draw_folds([str(label) for label in data.labels], FOLDS, 0))
    parts = [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in range(FOLDS)]
    return np.array(np.mean([data.right(train, test).mean() for train, test in parts]))


def kept(path: Path, compute) -> dict[str, np.ndarray]:
    if not path.exists():
        np.savez(path, **compute())
    return dict(np.load(path))


def report(name: str, found: list[Draw]) -> None:
    """Print the draws, and how often the intervals hold what they forecast."""
    held: dict[str, list[bool]] = {"score": [], "gain": []}
    widths: dict[str, list[float]] = {"score": [], "gain": []}
    for number, draw in enumerate(found):
        forecast = draw.curve.forecast
        if forecast is None:
            print(f"{name} {number}: no forecast: {draw.curve.reason}")
            continue
        for what, value, expected, interval in (
            ("score", draw.score, forecast.score, forecast.score_ci90),
            ("gain", draw.gain, forecast.gain, forecast.gain_ci90),
        ):
            held[what].append(interval[0] <= value <= interval[1])
            widths[what].append(interval[1] - interval[0])
            low, high, came, said = (100 * each for each in (*interval, value, expected))
            mark = "" if held[what][-1] else "  MISSED"
            print(f"{name} {number} {what}: {said:.2f} ({low:.2f}-{high:.2f}), {came:.2f}{mark}")
    for what in [what for what in held if held[what]]:
        median = 100 * float(np.median(widths[what]))
        print(f"{name}: {what} in the interval {sum(held[what])} of {len(found)}; median width {median:.2f}")


def read(path: Path) -> tuple[list[str], list[str]]:
    rows = [line.split("\t", 1) for line in path.read_text("utf-8").split("\n") if line]
    return [label for label, _ in rows], [text for _, text in rows]


def texts_of(name: str, data: Path) -> Texts:
    """Return a text set by name."""
    if name == "mr":
        labels, texts = read(data / "mr.tsv")
        return Texts(texts, np.unique(labels, return_inverse=True)[1], None)
    if name == "rare":
        labels, texts = read(data / "mr.tsv")
        left = [i for i, label in enumerate(labels) if label == "neg" or i % 5 == 0]
        return Texts([texts[i] for i in left], np.array([int(labels[i] == "pos") for i in left]), None)
    if name in ("sst1", "sst2"):
        labels, texts = read(data / f"{name}.train.tsv")
        more_labels, more = read(data / f"{name}.test.tsv")
        test = np.arange(len(texts), len(texts) + len(more))
        return Texts(texts + more, np.unique(labels + more_labels, return_inverse=True)[1], test)
    labels, texts = read(data / "sst1.train-phrases.tsv")
    chosen = np.random.default_rng(0).permutation(len(texts))[:PHRASES]
    return Texts([texts[i] for i in chosen], np.array([int(labels[i]) for i in chosen], np.int64), None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("sets", nargs="*", default=["mr", "sst2", "rare", "sst1", "phrases"])
    parser.add_argument("--draws", type=int, default=10)
    chosen = parser.parse_args()
    chosen.store.mkdir(parents=True, exist_ok=True)
    data = Path(os.environ["EMBEDKIT_DATA"])
    for name in chosen.sets:
        report(name, [*draws(name, texts_of(name, data), chosen.draws, chosen.store)])


if __name__ == "__main__":
    main()
