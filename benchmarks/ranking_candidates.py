"""Real predictions to replay races from: fifteen candidates on ten folds of MR and of SST-2's training split.

    EMBEDKIT_DATA=... OMP_NUM_THREADS=1 python benchmarks/ranking_candidates.py STORE [--splits 3]

writes STORE/NAME-SPLIT.npz for each text set and each way to split it into folds: which texts each candidate
has right when they are held out. What is stored already is not made again.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.decomposition import TruncatedSVD
from sklearn.dummy import DummyClassifier
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import BernoulliNB, MultinomialNB
from sklearn.preprocessing import StandardScaler, normalize

SETS = {"mr": "mr.tsv", "sst": "sst2.train.tsv"}
GLOVE = "vectors/glove6b-100d.mr-sst.ctool.bin"
FOLDS = 10


@dataclass(frozen=True)
class Features:
    """What candidates see of the texts: counts of one and of two words, of letters, and means of vectors."""

    words: csr_matrix
    bigrams: csr_matrix
    letters: csr_matrix
    glove: np.ndarray
    random: np.ndarray


Predict = Callable[[Features, np.ndarray, np.ndarray, np.ndarray], np.ndarray]
"""Takes features, labels, the training and the test positions; returns the predicted labels of the test."""


def counted(features: csr_matrix, train: np.ndarray, test: np.ndarray) -> tuple[csr_matrix, csr_matrix]:
    """Return training and test rows, with the columns that training has."""
    seen = np.asarray(features[train].sum(axis=0)).ravel() > 0
    return features[train][:, seen], features[test][:, seen]


def linear(c: float = 1.0) -> LogisticRegression:
    return LogisticRegression(C=c, solver="liblinear")


def majority(_features, labels, train, test):
    return DummyClassifier().fit(train[:, None], labels[train]).predict(test[:, None])


def tfidf(name: str, c: float = 1.0, **options) -> Predict:
    def predict(features, labels, train, test):
        seen, unseen = counted(getattr(features, name), train, test)
        weights = TfidfTransformer(**options).fit(seen)
        model = linear(c).fit(weights.transform(seen), labels[train])
        return model.predict(weights.transform(unseen))

    return predict


def bayes(name: str, model) -> Predict:
    def predict(features, labels, train, test):
        seen, unseen = counted(getattr(features, name), train, test)
        return model().fit(seen, labels[train]).predict(unseen)

    return predict


def nbsvm(features, labels, train, test):
    """Scale binary features by log-count ratios (Wang & Manning 2012)."""
    seen, unseen = ((rows > 0).astype(float) for rows in counted(features.bigrams, train, test))
    positive = labels[train] == labels.max()
    one, other = (np.asarray(seen[side].sum(axis=0)).ravel() + 1 for side in (positive, ~positive))
    ratio = np.log((one / one.sum()) / (other / other.sum()))
    return linear().fit(seen.multiply(ratio).tocsr(), labels[train]).predict(unseen.multiply(ratio).tocsr())


def dense(rows: Callable[[Features], np.ndarray], c: float = 1.0) -> Predict:
    def predict(features, labels, train, test):
        table = rows(features)
        scale = StandardScaler().fit(table[train])
        model = LogisticRegression(C=c, max_iter=500).fit(scale.transform(table[train]), labels[train])
        return model.predict(scale.transform(table[test]))

    return predict


def reduced(features, labels, train, test):
    seen, unseen = counted(features.words, train, test)
    weights = TfidfTransformer().fit(seen)
    svd = TruncatedSVD(50, random_state=0).fit(weights.transform(seen))
    seen, unseen = (normalize(svd.transform(weights.transform(rows))) for rows in (seen, unseen))
    return linear(10.0).fit(seen, labels[train]).predict(unseen)


CANDIDATES: dict[str, Predict] = {
    "majority": majority,
    "tfidf words": tfidf("words"),
    "tfidf bigrams": tfidf("bigrams"),
    "tfidf bigrams, C=0.1": tfidf("bigrams", 0.1),
    "tf words, C=0.3": tfidf("words", 0.3, use_idf=False),
    "tfidf letters": tfidf("letters", 1.0, sublinear_tf=True),
    "nbsvm": nbsvm,
    "naive bayes words": bayes("words", MultinomialNB),
    "naive bayes bigrams": bayes("bigrams", MultinomialNB),
    "bernoulli bigrams": bayes("bigrams", BernoulliNB),
    "glove 100": dense(lambda features: features.glove),
    "glove 50": dense(lambda features: features.glove[:, :50]),
    "glove 20": dense(lambda features: features.glove[:, :20]),
    "random 100": dense(lambda features: features.random),
    "svd 50": reduced,
}


def featured(texts: list[str], data: Path) -> Features:
    from embedkit.vectors import open_vectors

    words = CountVectorizer(token_pattern=r"\S+")
    counts = words.fit_transform(texts)
    names = words.get_feature_names_out().tolist()
    found = open_vectors(data / GLOVE).lookup(names)
    table = np.where(found.found[:, None], found.vectors, 0.0)
    random = np.random.default_rng(0).normal(size=(len(names), 100))
    return Features(
        words=counts,
        bigrams=CountVectorizer(token_pattern=r"\S+", ngram_range=(1, 2)).fit_transform(texts),
        letters=CountVectorizer(analyzer="char_wb", ngram_range=(2, 4)).fit_transform(texts),
        glove=_mean(counts, table),
        random=_mean(counts, random),
    )


def _mean(counts: csr_matrix, table: np.ndarray) -> np.ndarray:
    return np.asarray(counts @ table) / np.maximum(1, np.asarray(counts.sum(axis=1)))


def read(path: Path) -> tuple[list[str], np.ndarray]:
    rows = [line.partition("\t") for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [text for _, _, text in rows], np.array([label == "pos" for label, _, _ in rows], int)


def predicted(features: Features, labels: np.ndarray, folds: np.ndarray) -> Iterator[np.ndarray]:
    """Yield, for each candidate, which texts it has right when their fold is held out, bool [n]."""
    for name, predict in CANDIDATES.items():
        started, right = perf_counter(), np.zeros(len(labels), bool)
        for fold in range(FOLDS):
            train, test = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
            right[test] = predict(features, labels, train, test) == labels[test]
        print(f"  {name:<22} {right.mean():.4f}  {perf_counter() - started:6.1f} s", flush=True)
        yield right


def folds_of(labels: np.ndarray, split: int) -> np.ndarray:
    folds = np.empty(len(labels), int)
    cut = StratifiedKFold(FOLDS, shuffle=True, random_state=split).split(labels, labels)
    for fold, (_, held_out) in enumerate(cut):
        folds[held_out] = fold
    return folds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("store", type=Path)
    parser.add_argument("--splits", type=int, default=3)
    given = parser.parse_args()
    if "EMBEDKIT_DATA" not in os.environ:
        raise SystemExit("skipped: EMBEDKIT_DATA does not say where MR and SST are")
    data = Path(os.environ["EMBEDKIT_DATA"])
    given.store.mkdir(parents=True, exist_ok=True)
    for split in range(given.splits):
        for name, file in SETS.items():
            path = given.store / f"{name}-{split}.npz"
            if path.exists():
                continue
            print(f"{name}, split {split}", flush=True)
            texts, labels = read(data / file)
            folds = folds_of(labels, split)
            right = np.array([*predicted(featured(texts, data), labels, folds)])
            np.savez_compressed(path, right=right, folds=folds, names=[*CANDIDATES])


if __name__ == "__main__":
    main()
