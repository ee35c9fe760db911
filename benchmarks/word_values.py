"""Whether words are worth what `run.errors.word_values` says, when just these words get vectors back.

    python benchmarks/word_values.py               movie reviews, four draws: about five minutes
    python benchmarks/word_values.py --set sst2    the sentences of SST-2
    python benchmarks/word_values.py --draws 10

Needs EMBEDKIT_DATA, with the texts and `vectors/glove6b-100d.mr-sst.ctool.bin`. In each draw a random half of
the words that have vectors lose them, and logistic regression is fitted to the mean vectors of texts in ten
folds. The values of the words come from the labels of a random half of the texts alone. Then one group of
words after another gets its vectors back, the models are fitted again, and what they gain is counted on the
other half of the texts. Printed are Spearman's correlations over the groups of

- value:     words by their value: 40 best, 60 next, and so on
- frequency: words by how many texts have them, in groups of the same sizes
- random:    words at random, in groups of equal size
- unseen:    the words that are in no training text of that half, to which no value is given

with the value, and with frequency alone. What can be reached is bounded by how well gains are measured: the
ceiling is the square root of their reliability (Spearman-Brown, from two halves of the texts they are counted
on). Ends with 1 where the correlation of groups by value is below 0.7.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.stats import spearmanr
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from embedkit.evaluation.error_analysis.evidence import TrainingTexts
from embedkit.evaluation.error_analysis.held_out import HeldOut
from embedkit.evaluation.error_analysis.word_values import MissingWords, Valuation, presence, word_values
from embedkit.vectors import open_vectors

GOAL = 0.7
FOLDS = 10
EDGES = (0, 40, 100, 200, 400, 800, 1600)
GROUPINGS = ["value", "unseen", "frequency", "random"]
FIRST_SEED = 300
FILES = {"mr": ("mr.tsv",), "sst2": ("sst2.train.tsv", "sst2.dev.tsv", "sst2.test.tsv")}


@dataclass(frozen=True)
class Texts:
    """N labelled texts with the fold of each, and W words with vectors, rows of zeros where there is none."""

    tokens: list[list[str]]
    labels: np.ndarray
    folds: np.ndarray
    words: list[str]
    vectors: np.ndarray
    counts: csr_matrix

    @property
    def with_vector(self) -> np.ndarray:
        return self.vectors.any(axis=1)


def read(name: str) -> Texts:
    folder = Path(os.environ["EMBEDKIT_DATA"])
    lines = [line for file in FILES[name] for line in (folder / file).read_text("utf-8").split("\n") if line]
    labels = np.array([line.split("\t", 1)[0] == "pos" for line in lines], np.int64)
    tokens = [line.split("\t", 1)[1].split(" ") for line in lines]
    folds = np.zeros(len(labels), np.int64)
    for fold, (_, held_out) in enumerate(
        StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(folds, labels)
    ):
        folds[held_out] = fold
    words = sorted({word for text in tokens for word in text})
    found = open_vectors(folder / "vectors" / "glove6b-100d.mr-sst.ctool.bin").lookup(words)
    vectors = np.where(found.found[:, None], found.vectors, 0).astype(np.float64)
    vectors /= vectors[found.found].std()
    place = {word: column for column, word in enumerate(words)}
    columns = [place[word] for text in tokens for word in text]
    ends = np.cumsum([0, *map(len, tokens)])
    counts = csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(tokens), len(words)))
    return Texts(tokens, labels, folds, words, vectors, counts)


def log_odds(texts: Texts, used: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return what models say of the texts in `rows` that are fitted to the other folds of them."""
    lengths = np.asarray(texts.counts.sum(axis=1))
    means = np.asarray(texts.counts[:, used] @ texts.vectors[used]) / lengths
    said = np.zeros(len(texts.labels))
    for fold in range(FOLDS):
        fitted, held_out = rows & (texts.folds != fold), rows & (texts.folds == fold)
        model = LogisticRegression(C=10, max_iter=500).fit(means[fitted], texts.labels[fitted])
        said[held_out] = model.decision_function(means[held_out])
    return said


def held_out_of(texts: Texts, said: np.ndarray, rows: np.ndarray) -> HeldOut:
    positive = 1 / (1 + np.exp(-said[rows]))
    numbers = np.flatnonzero(rows)
    tokens = tuple(tuple(texts.tokens[number]) for number in numbers)
    probabilities = np.stack([1 - positive, positive], axis=1)[None]
    return HeldOut(
        numbers, ("",) * len(numbers), tokens, texts.labels[rows], ("neg", "pos"), probabilities, ("the run",)
    )


def missing_of(texts: Texts, hidden: set[str], rows: np.ndarray) -> MissingWords:
    numbers = np.flatnonzero(rows)
    words = [hidden.intersection(texts.tokens[number]) for number in numbers]
    training = {}
    for fold in range(FOLDS):
        others = numbers[texts.folds[numbers] != fold]
        training[fold] = TrainingTexts([texts.tokens[number] for number in others], texts.labels[others])
    return MissingWords(words, texts.folds[rows], training)


@dataclass(frozen=True)
class Draw:
    """Words that lost their vectors, their values and frequencies on one half of the texts, and the other."""

    hidden: np.ndarray
    known: np.ndarray
    value: np.ndarray
    frequency: np.ndarray
    seen: np.ndarray
    other: np.ndarray
    right: np.ndarray

    def groups(self, by: str, rng: np.random.Generator) -> Iterator[np.ndarray]:
        if by == "unseen":
            yield self.hidden[~self.seen]
            return
        if by == "random":
            yield from np.array_split(rng.permutation(self.hidden[self.seen]), len(EDGES))
            return
        keys = (-self.frequency, -self.value) if by == "value" else (-self.frequency,)
        ordered = self.hidden[np.lexsort(keys)]
        ordered = ordered[self.seen[np.searchsorted(self.hidden, ordered)]]
        for start, end in zip(EDGES, (*EDGES[1:], len(ordered)), strict=True):
            yield ordered[start:end]


def drawn(texts: Texts, rng: np.random.Generator) -> Draw:
    hides = texts.with_vector & (rng.random(len(texts.words)) < 0.5)
    half = rng.random(len(texts.labels)) < 0.5
    known = texts.with_vector & ~hides
    names = {texts.words[row] for row in np.flatnonzero(hides)}
    held_out = held_out_of(texts, log_odds(texts, known, half), half)
    missing = missing_of(texts, names, half)
    vocabulary = [texts.words[row] for row in np.flatnonzero(hides)]
    valuation = Valuation(held_out, missing, vocabulary)
    frequency = np.asarray(presence(missing.words, vocabulary).sum(axis=0)).ravel()
    right = (log_odds(texts, known, np.ones(len(half), bool)) > 0) == texts.labels
    return Draw(
        np.flatnonzero(hides),
        known,
        valuation.values(valuation.overall),
        frequency,
        valuation.known,
        ~half,
        right,
    )


def measure(texts: Texts, draws: int, groupings: list[str]) -> pd.DataFrame:
    """Return a row for each draw and group: value, frequency, and what its vectors bring."""
    rows, every = [], np.ones(len(texts.labels), bool)
    for seed in range(FIRST_SEED, FIRST_SEED + draws):
        rng = np.random.default_rng(seed)
        draw = drawn(texts, rng)
        place = {word: position for position, word in enumerate(draw.hidden.tolist())}
        split = rng.random(len(every)) < 0.5
        for by in groupings:
            for number, group in enumerate(draw.groups(by, rng)):
                used = draw.known.copy()
                used[group] = True
                right = (log_odds(texts, used, every) > 0) == texts.labels
                gain = 100 * (right.astype(float) - draw.right)
                at = [place[word] for word in group.tolist()]
                parts = [gain[draw.other & part].mean() for part in (every, split, ~split)]
                rows.append(
                    (seed, by, number, len(at), draw.value[at].sum(), draw.frequency[at].sum(), *parts)
                )
        print(f"draw {seed - FIRST_SEED + 1} of {draws}", file=sys.stderr, flush=True)
    names = ["draw", "by", "group", "words", "value", "frequency", "gain", "gain_1", "gain_2"]
    return pd.DataFrame(rows, columns=names)


def print_groupings(found: pd.DataFrame) -> float:
    """Print what the groups bring, and the correlations; return that of groups by value."""
    reached = 0.0
    for by, rows in found.groupby("by", sort=False):
        means = rows.groupby("group")[["words", "frequency", "value", "gain"]].mean()
        print(f"\ngroups by {by}: means of the draws; value and gain in points of accuracy")
        print(means.round(2).to_string())
        if by == "unseen":
            continue
        halves = spearmanr(rows["gain_1"], rows["gain_2"]).statistic
        ceiling = np.sqrt(max(0.0, 2 * halves / (1 + halves)))
        of_value, of_frequency = (
            spearmanr(rows[name], rows["gain"]).statistic for name in ("value", "frequency")
        )
        of_means = spearmanr(means["value"], means["gain"]).statistic
        print(f"{len(rows)} groups: rank correlation of gain with value {of_value:.2f}", end="")
        print(f" (ceiling {ceiling:.2f}), with frequency {of_frequency:.2f}; of the means {of_means:.2f}")
        single = [spearmanr(each["value"], each["gain"]).statistic for _, each in rows.groupby("draw")]
        print("  with value in each draw:", ", ".join(f"{each:.2f}" for each in single))
        reached = of_value if by == "value" else reached
    return reached


def print_tops(texts: Texts, draws: int) -> None:
    """Print what the best words are said to be worth, and what their vectors bring."""
    print("\nthe best words as a group, of all texts: worth (95% interval), and what their vectors bring")
    every = np.ones(len(texts.labels), bool)
    for seed in range(FIRST_SEED, FIRST_SEED + draws):
        hides = texts.with_vector & (np.random.default_rng(seed).random(len(texts.words)) < 0.5)
        said = log_odds(texts, texts.with_vector & ~hides, every)
        names = {texts.words[row] for row in np.flatnonzero(hides)}
        held_out = held_out_of(texts, said, every)
        found = word_values(held_out, missing_of(texts, names, every))
        assert found.top is not None
        best = {word.word for word in found.words}
        back = texts.with_vector & (~hides | np.array([word in best for word in texts.words]))
        right = (log_odds(texts, back, every) > 0) == texts.labels
        gain = 100 * (right.mean() - 1 + held_out.wrong.mean())
        low, high = found.top.ci95
        print(f"  {found.top.words} words: {found.top.points:.1f} ({low:.1f} to {high:.1f}); {gain:.1f}")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", choices=FILES, default="mr")
    parser.add_argument("--draws", type=int, default=4)
    parser.add_argument("--by", nargs="+", choices=GROUPINGS, default=GROUPINGS)
    options = parser.parse_args()
    texts = read(options.set)
    reached = print_groupings(measure(texts, options.draws, options.by))
    print_tops(texts, options.draws)
    print(f"\nrank correlation of groups by value: {reached:.2f} (goal: {GOAL})")
    return int(reached < GOAL)


if __name__ == "__main__":
    sys.exit(main())
