"""The baseline `text-encoder`: logistic regression over pooled vectors, stored without the text encoder."""

from __future__ import annotations

import importlib.util

import numpy as np
import pytest
from torch import nn

import embedkit
from embedkit.errors import DataError, VectorFileError
from embedkit.interfaces import Pieces, RestorableBaseline, StorableFit
from embedkit.plugin.registry import build_registry

FACTORY = build_registry().get("baseline", "text-encoder").factory
WORDS = ("good", "bad", "film", "story", "cast", "plot", "joy", "bore")


class Counting(nn.Module):
    """States are the vectors of words, and a text is their mean."""

    def __init__(self, scale):
        super().__init__()
        self.scale = scale

    def forward(self, ids, mask):
        return nn.functional.one_hot(ids, len(WORDS) + 1).float() * self.scale

    def pool(self, states, mask):
        return (states * mask[:, :, None]).sum(dim=1) / mask.sum(dim=1, keepdim=True).clamp(min=1)

    def layers(self):
        return [self]


class CountingModel:
    dim = len(WORDS) + 1

    def __init__(self, scale):
        self.digest = f"counting {scale}"
        self.scale = scale

    def pieces(self, texts):
        tokens = [text.split() for text in texts]
        ids = [WORDS.index(word) + 1 if word in WORDS else 0 for words in tokens for word in words]
        lengths = np.array([len(words) for words in tokens], np.int64)
        return Pieces(
            ids=np.array(ids, np.int32),
            words=np.array([i for words in tokens for i in range(len(words))], np.int32),
            unknown=np.array(ids, np.int32) == 0,
            lengths=lengths,
            tokens=tokens,
            read=lengths,
        )

    def build(self):
        return Counting(self.scale).eval()


class CountingEncoder:
    def __init__(self, scale=1.0):
        self.scale = scale

    def open(self, context):
        return CountingModel(self.scale)


class Missing:
    def open(self, context):
        raise VectorFileError("the package transformers is not installed")


def drawn(task, count=120):
    rng = np.random.default_rng(5)
    texts = [" ".join(rng.choice(WORDS, size=rng.integers(1, 7))) for _ in range(count)]
    first, second = (np.array([(word in text.split()) for text in texts]) for word in ("good", "joy"))
    if task == "binary":
        return texts, first.astype(np.int64), ["no", "yes"]
    if task == "multiclass":
        return texts, first.astype(np.int64) + second, ["none", "one", "both"]
    return texts, np.stack([first, second, first & second], axis=1), ["a", "b", "ab"]


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel"])
def test_the_probabilities_are_those_of_scikit_learn(task):
    from sklearn.linear_model import LogisticRegression

    texts, labels, classes = drawn(task)
    fitted = FACTORY(encoder=CountingEncoder(), c=3.0).fit(texts, labels, classes)
    vectors = np.array([[text.split().count(word) for word in WORDS] for text in texts], float)
    vectors /= vectors.sum(axis=1, keepdims=True)
    vectors /= np.linalg.norm(vectors, axis=1).mean()
    columns = labels.T if task == "multilabel" else [labels]
    learnt = [
        LogisticRegression(C=3.0, max_iter=1000).fit(vectors, column).predict_proba(vectors)
        for column in columns
    ]
    expected = np.stack([each[:, 1] for each in learnt], axis=1) if task == "multilabel" else learnt[0]
    np.testing.assert_allclose(fitted.probabilities(texts), expected, atol=1e-3)


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel"])
def test_the_penalty_is_chosen_and_does_not_depend_on_the_length_of_vectors(task):
    texts, labels, classes = drawn(task)
    short, long = (
        FACTORY(encoder=CountingEncoder(scale)).fit(texts, labels, classes) for scale in (0.1, 40.0)
    )
    assert short.chosen == long.chosen
    assert short.chosen["c"] in (0.3, 1.0, 3.0, 10.0, 30.0)
    np.testing.assert_allclose(short.probabilities(texts), long.probabilities(texts), atol=1e-3)


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel"])
def test_a_fit_is_restored_bit_for_bit_and_only_with_the_same_text_encoder(task):
    texts, labels, classes = drawn(task)
    baseline = FACTORY(encoder=CountingEncoder())
    fitted = baseline.fit(texts, labels, classes)
    assert isinstance(baseline, RestorableBaseline)
    assert isinstance(fitted, StorableFit)
    again = FACTORY(encoder=CountingEncoder()).restore(fitted.state(), classes, task)
    assert (again.probabilities(texts) == fitted.probabilities(texts)).all()
    with pytest.raises(DataError, match="its text encoder is another one now"):
        FACTORY(encoder=CountingEncoder(2.0)).restore(fitted.state(), classes, task)


def test_a_label_that_every_text_has_and_one_that_none_has():
    texts, labels, classes = drawn("multilabel")
    labels[:, 0], labels[:, 1] = True, False
    probabilities = FACTORY(encoder=CountingEncoder()).fit(texts, labels, classes).probabilities(["good", ""])
    assert (probabilities[:, 0] > 0.99).all()
    assert (probabilities[:, 1] < 0.01).all()


def test_a_class_without_training_texts_has_no_probability():
    texts, labels, _ = drawn("binary")
    probabilities = (
        FACTORY(encoder=CountingEncoder()).fit(texts, labels * 2, ["a", "b", "c"]).probabilities(texts)
    )
    assert (probabilities[:, 1] == 0).all()
    assert probabilities[:, [0, 2]].sum(axis=1) == pytest.approx(1)


def test_few_texts_have_the_usual_penalty():
    fitted = FACTORY(encoder=CountingEncoder()).fit(["good", "bad"], np.array([1, 0]), ["no", "yes"])
    assert fitted.chosen == {"c": 1.0}
    assert fitted.probabilities([]).shape == (0, 2)


def test_texts_without_a_word_are_no_reason_to_fail():
    fitted = FACTORY(encoder=CountingEncoder()).fit(["", "", "", ""], np.array([1, 0, 1, 0]), ["no", "yes"])
    assert fitted.probabilities(["", "good"]) == pytest.approx(0.5)


def test_a_text_encoder_that_cannot_be_opened_is_a_reason_to_leave_it_out():
    with pytest.raises(DataError, match="transformers is not installed"):
        FACTORY(encoder=Missing()).fit(["good", "bad"], np.array([1, 0]), ["no", "yes"])


RECIPE = """
name: encoded
seed: 1
data:
  train: {{use: inline, texts: {texts}, labels: {labels}}}
  test: {{share: 0.3, stratify: true}}
baseline: {{use: text-encoder, encoder: {{use: transformers, path: {path}}}}}
evaluation: {{metrics: [accuracy], baselines: [majority]}}
"""


@pytest.mark.skipif(
    importlib.util.find_spec("transformers") is None, reason="the extra [transformers] is missing"
)
def test_a_run_trains_it_as_its_model_and_is_loaded_again(tmp_path):
    from tiny_transformers import save_model

    folder = save_model(tmp_path / "model")
    texts = [f"{word} {i}" for i in range(10) for word in ("superb joy", "dull story")]
    labels = ["good", "bad"] * 10
    recipe = tmp_path / "recipe.yaml"
    recipe.write_text(RECIPE.format(texts=texts, labels=labels, path=folder), encoding="utf-8")
    run = embedkit.run(recipe, out=tmp_path / "run")
    assert run.metrics["test"]["accuracy"] > 0.9
    told = embedkit.load(tmp_path / "run").predict(["superb joy", "dull story"])
    assert [*told["predicted"]] == ["good", "bad"]
