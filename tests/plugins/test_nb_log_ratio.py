"""`nb-log-ratio` against scikit-learn's naive Bayes, and what it gives of several labels."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.naive_bayes import MultinomialNB

import embedkit
from embedkit.errors import DataError, RecipeError
from embedkit.interfaces import EmbeddingContext
from embedkit.interfaces.contracts import check_lookup
from embedkit.plugin.registry import build_registry

FACTORY = build_registry().get("embedding", "nb-log-ratio").factory
TEXTS = [text.split() for text in ("a good good film", "a bad film", "so so", "good fun", "bad bad bad")]
WORDS = ("film", "good", "so", "bad", "a", "fun")


def opened(targets, classes, words=WORDS, **keys):
    context = EmbeddingContext(0, words, lambda: TEXTS, training_targets=lambda: targets, classes=classes)
    return FACTORY(**keys).open(context)


def vectors(source, words=WORDS):
    lookup = check_lookup(source, source.lookup(words), len(words), source.dim)
    assert lookup.found.all()
    return lookup.vectors


def bayes(targets, words=WORDS, alpha=1.0):
    """The logarithm of each word's share in each class, float64 [V, C], as scikit-learn fits it."""
    counts = CountVectorizer(vocabulary=words, tokenizer=str.split, token_pattern=None)
    fitted = MultinomialNB(alpha=alpha).fit(counts.transform(map(" ".join, TEXTS)), targets)
    return fitted.feature_log_prob_.T


@pytest.mark.parametrize("alpha", [1.0, 0.3])
def test_of_two_classes_it_is_the_ratio_of_naive_bayes(alpha):
    targets = np.array([1, 0, 0, 1, 0])
    shares = bayes(targets, alpha=alpha)
    source = opened(targets, ("neg", "pos"), alpha=alpha)
    assert source.dim == 1
    np.testing.assert_allclose(vectors(source)[:, 0], shares[:, 1] - shares[:, 0], atol=1e-6)
    scaled = opened(targets, ("neg", "pos"), alpha=alpha, scale=2.5)
    np.testing.assert_allclose(vectors(scaled), 2.5 * vectors(source), rtol=1e-6)


def test_of_several_classes_each_is_held_against_the_others():
    targets = np.array([2, 0, 1, 2, 0])
    source = opened(targets, ("bad", "so", "good"))
    for column in range(3):
        shares = bayes(targets == column)
        np.testing.assert_allclose(vectors(source)[:, column], shares[:, 1] - shares[:, 0], atol=1e-6)


def test_of_several_labels_each_is_held_against_its_absence():
    targets = np.array([[1, 0], [1, 1], [0, 0], [1, 1], [0, 1]], dtype=bool)
    source = opened(targets, ("long", "praise"))
    assert source.dim == 2
    for column in range(2):
        shares = bayes(targets[:, column])
        np.testing.assert_allclose(vectors(source)[:, column], shares[:, 1] - shares[:, 0], atol=1e-6)


def test_a_class_that_training_does_not_have_has_a_dimension():
    assert np.isfinite(vectors(opened(np.array([0, 0, 1, 0, 0]), ("x", "y", "z")))).all()


def test_words_without_a_row_do_not_count():
    words = ("film", "good", "bad")
    targets = np.array([1, 0, 0, 1, 0])
    shares = bayes(targets, words)
    source = opened(targets, ("neg", "pos"), words)
    np.testing.assert_allclose(vectors(source, words)[:, 0], shares[:, 1] - shares[:, 0], atol=1e-6)


def test_other_words_are_not_found_and_an_unknown_word_speaks_for_no_class():
    source = opened(np.array([1, 0, 0, 1, 0]), ("neg", "pos"))
    lookup = check_lookup(source, source.lookup(["Film", "bad"]), 2, 1)
    assert lookup.found.tolist() == [False, True]
    assert lookup.rows.tolist() == [-1, 3]
    assert source.unk.tolist() == [0.0]


def test_without_labels_it_says_so():
    with pytest.raises(DataError, match="no labelled texts to count words in"):
        FACTORY().open(EmbeddingContext(0, ("a",)))


RECIPE = {
    "name": "ratio",
    "data": {
        "train": {
            "use": "inline",
            "texts": [" ".join(text) for text in TEXTS],
            "labels": ["pos", "neg", "neg", "pos", "neg"],
        },
        "test": {"use": "inline", "texts": ["good unheard", "bad"], "labels": ["pos", "neg"]},
    },
    "tokenizer": "whitespace",
    "embedding": {"use": "nb-log-ratio", "trainable": "none"},
    "encoder": {"use": "bag", "pooling": "sum"},
    "training": {"epochs": 1},
    "oov": ["zero"],
}


def test_a_run_counts_in_its_training_split_alone(tmp_path):
    run = embedkit.run(RECIPE, out=tmp_path / "run")
    table = run.embedding_frame("before")
    shares = bayes(np.array([1, 0, 0, 1, 0]), [*table.index[2:]])
    np.testing.assert_allclose(table.iloc[2:, 0], shares[:, 1] - shares[:, 0], atol=1e-6)
    assert "unheard" not in table.index
    assert not table.iloc[:2].to_numpy().any()


def test_the_positive_class_is_the_one_that_the_recipe_names_last(tmp_path):
    data = {**RECIPE["data"], "labels": ["pos", "neg"]}
    table = embedkit.run({**RECIPE, "data": data}, out=tmp_path / "run").embedding_frame("before")
    assert table.loc["bad", 0] > 0 > table.loc["good", 0]


def test_nothing_can_be_looked_up_in_it_later():
    embedding = {"use": "nb-log-ratio", "trainable": "none", "unseen": "lookup"}
    with pytest.raises(RecipeError, match="knows words of the training texts alone"):
        embedkit.run({**RECIPE, "embedding": embedding})
