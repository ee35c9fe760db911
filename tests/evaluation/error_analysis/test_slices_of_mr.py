"""Slices of MR with the errors of naive Bayes out of fold: planted ones are found, and none by chance."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn_texts import predicted_texts

from embedkit.evaluation.error_analysis.distinct import distinct_texts
from embedkit.evaluation.error_analysis.held_out import HeldOut
from embedkit.evaluation.error_analysis.slice_candidates import candidate_slices
from embedkit.evaluation.error_analysis.slices import ALPHA, confirmed_slices, find_slices


@pytest.fixture(scope="module")
def mr() -> HeldOut:
    """Return MR with what naive Bayes, trained on the other nine folds, predicts."""
    if "EMBEDKIT_DATA" not in os.environ:
        pytest.skip("EMBEDKIT_DATA is not set")
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.model_selection import PredefinedSplit, cross_val_predict
    from sklearn.naive_bayes import MultinomialNB

    folder = Path(os.environ["EMBEDKIT_DATA"])
    rows = [line.split("\t") for line in (folder / "mr.tsv").read_text(encoding="utf-8").split("\n") if line]
    folds = [int(fold) for fold in (folder / "mr.folds10.txt").read_text().split()]
    labels = np.array([label == "pos" for label, _ in rows], np.int64)
    tokens = [tuple(text.split()) for _, text in rows]
    counts = CountVectorizer(analyzer=list, binary=True).fit_transform(tokens)
    predicted = cross_val_predict(MultinomialNB(), counts, labels, cv=PredefinedSplit(folds))
    return predicted_texts(tokens, labels, predicted != labels)


@pytest.mark.parametrize(("share", "flipped"), [(0.5, 0.15), (0.1, 0.2), (0.03, 0.35)])
@pytest.mark.parametrize("seed", range(2))
def test_a_word_put_into_texts_whose_predictions_are_flipped_is_found(mr, share, flipped, seed):
    generator = np.random.default_rng(seed)
    has = generator.random(len(mr.ids)) < share
    tokens = [(*text, "planted") if it else text for text, it in zip(mr.tokens, has, strict=True)]
    flip = has & (generator.random(len(mr.ids)) < flipped)
    found = find_slices(predicted_texts(tokens, mr.labels, mr.wrong[0] ^ flip), seed=seed)
    assert "planted" in [each.name.name for each in found.found[:2]]


def test_the_sentences_with_but_are_a_slice(mr):
    assert find_slices(mr).found[0].name.name == "but"


def test_none_is_found_when_the_errors_are_permuted_within_the_classes(mr):
    texts = distinct_texts(mr)
    candidates = candidate_slices(texts.tokens)
    generator, reports = np.random.default_rng(0), 0
    for draw in range(200):
        wrong = texts.wrong
        for label in (0, 1):
            rows = np.flatnonzero(texts.labels == label)
            wrong[rows] = generator.permutation(wrong[rows])
        permuted = replace(texts, predicted=np.where(wrong, 1 - texts.labels, texts.labels))
        reports += bool(confirmed_slices(permuted, candidates, mr.ids, seed=draw).found)
    assert reports <= ALPHA * 200
