"""The head fitted as logistic regression, held against scikit-learn on vectors that are averaged here."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import embedkit
from embedkit.errors import ComponentError, TrainingError
from embedkit.training.regression import STRENGTHS, USUAL, Encoded, Targets, choose_strength, fit_linear

D = 7
WORDS = [f"w{number}" for number in range(40)]
VECTORS = np.random.default_rng(5).normal(3.0, 0.7, (len(WORDS), D)).round(3).astype(np.float32)
CASES = {
    "balanced": {"a": 90, "b": 90},
    "uneven": {"a": 150, "b": 25},
    "three classes": {"a": 60, "b": 90, "c": 30},
}


def drawn(label, number):
    """Return texts whose words are rather those of their label."""
    draw = random.Random(f"{label}{number}")
    own = [word for at, word in enumerate(WORDS) if at % 3 == "abc".index(label)]
    return [" ".join(draw.choices([*WORDS, *own, *own], k=draw.randint(1, 9))) for _ in range(number)]


def mixed(counts):
    rows = [(text, label) for label, number in counts.items() for text in drawn(label, number)]
    random.Random(0).shuffle(rows)
    return [text for text, _ in rows], [label for _, label in rows]


@pytest.fixture(scope="module")
def vectors(tmp_path_factory):
    path = tmp_path_factory.mktemp("vectors") / "small.vec"
    rows = [f"{word} {' '.join(map(str, row))}" for word, row in zip(WORDS, VECTORS, strict=True)]
    path.write_text("\n".join([f"{len(WORDS)} {D}", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def recipe(vectors):
    def recipe(texts, labels, **sections):
        inline = {"use": "inline", "texts": texts, "labels": labels}
        return {
            "name": "mean",
            "seed": 3,
            "data": {"train": inline, "test": {**inline}, **sections.pop("data", {})},
            "tokenizer": "whitespace",
            "embedding": {"use": "vectors", "path": str(vectors), "trainable": "none"},
            "encoder": "bag",
            "training": {"optimizer": "lbfgs", **sections.pop("training", {})},
            "evaluation": {"metrics": ["accuracy"], "baselines": []},
            **sections,
        }

    return recipe


def means(texts):
    rows = dict(zip(WORDS, VECTORS.astype(np.float64), strict=True))
    return np.array([np.mean([rows[word] for word in text.split()], axis=0) for text in texts])


def chosen(run):
    """The C that the run's log has."""
    lines = [json.loads(line) for line in (run.path / "log.jsonl").read_text().splitlines()]
    return next(line["c"] for line in lines if line["event"] == "fitted")


def expected(texts, labels, c, **settings):
    """The probabilities of the texts by a regression of scikit-learn alone."""
    regression = LogisticRegression(C=c, tol=1e-9, max_iter=10_000, **settings)
    return make_pipeline(StandardScaler(), regression).fit(means(texts), labels).predict_proba(means(texts))


def probabilities(run, split="test"):
    rows = run.predictions.query("split == @split")
    return rows[[column for column in rows if column.startswith("p_")]].to_numpy()


@pytest.mark.parametrize("weights", [None, "balanced"])
@pytest.mark.parametrize("case", CASES)
def test_the_head_is_the_regression_of_scikit_learn(recipe, tmp_path, case, weights):
    texts, labels = mixed(CASES[case])
    run = embedkit.run(recipe(texts, labels, training={"class_weights": weights}), out=tmp_path / "run")
    c = chosen(run)
    assert c in STRENGTHS
    found = probabilities(run)
    np.testing.assert_allclose(found, expected(texts, labels, c, class_weight=weights), atol=2e-4)
    assert run.metrics["test"]["accuracy"] > 0.45


def test_weights_by_label_are_those_of_the_texts(recipe, tmp_path):
    texts, labels = mixed(CASES["uneven"])
    run = embedkit.run(recipe(texts, labels, training={"class_weights": {"b": 4.0}}), out=tmp_path / "run")
    found = expected(texts, labels, chosen(run), class_weight={"a": 1.0, "b": 4.0})
    np.testing.assert_allclose(probabilities(run), found, atol=2e-4)


@pytest.mark.parametrize("weights", [None, "balanced"])
def test_every_one_of_several_labels_has_a_regression(recipe, tmp_path, weights):
    texts, labels = mixed({"a": 70, "b": 70, "c": 70})
    sets = [
        f"{label}/a" if "w1" in text.split() and label != "a" else label
        for text, label in zip(texts, labels, strict=True)
    ]
    data = {"label_separator": "/"}
    run = embedkit.run(
        recipe(texts, sets, data=data, training={"class_weights": weights}), out=tmp_path / "run"
    )
    for at, label in enumerate("abc"):
        has = [label in of.split("/") for of in sets]
        found = expected(texts, has, chosen(run), class_weight=weights)[:, 1]
        np.testing.assert_allclose(probabilities(run)[:, at], found, atol=2e-4)


def test_the_strength_of_the_penalty_is_the_best_on_the_validation_split(recipe, tmp_path):
    texts, labels = mixed(CASES["balanced"])
    held = {"validation": {"use": "inline", "texts": texts[:60], "labels": labels[:60]}}
    run = embedkit.run(recipe(texts[60:], labels[60:], data=held), out=tmp_path / "run")
    losses = {}
    for c in STRENGTHS:
        model = make_pipeline(StandardScaler(), LogisticRegression(C=c, tol=1e-9, max_iter=10_000))
        model.fit(means(texts[60:]), labels[60:])
        of_truth = model.predict_proba(means(texts[:60]))[
            range(60), [int(label == "b") for label in labels[:60]]
        ]
        losses[c] = -np.log(of_truth).mean()
    assert chosen(run) == min(losses, key=losses.get)


def test_the_same_recipe_gives_the_same_bytes_and_one_epoch(recipe, tmp_path):
    texts, labels = mixed(CASES["three classes"])
    made = recipe(texts, labels, data={"validation": {"share": 0.2}})
    first, second = (embedkit.run(made, out=tmp_path / name) for name in ("first", "second"))
    for file in ("weights.safetensors", "predictions.csv", "metrics.json"):
        assert (first.path / file).read_bytes() == (second.path / file).read_bytes()
    rows = (first.path / "history.csv").read_text().splitlines()
    assert [row.split(",")[:2] for row in rows[1:]] == [["1", "train"], ["1", "validation"]]
    # The history is that of the fitted weights, which are those of the metrics.
    assert float(rows[1].split(",")[2]) == pytest.approx(first.metrics["train"]["loss"], abs=1e-6)


def test_the_model_predicts_and_its_run_is_resumed_as_any_other(recipe, tmp_path):
    texts, labels = mixed(CASES["balanced"])
    made = recipe(texts, labels)
    run = embedkit.run(made, out=tmp_path / "run")
    again = embedkit.load(run.path).predict(texts)
    np.testing.assert_allclose(again["p_b"], probabilities(run)[:, 1], atol=1e-6)
    assert embedkit.run(made, out=tmp_path / "run", resume=True).path == run.path


@pytest.mark.parametrize(
    "encoder",
    [
        {"use": "bag", "pooling": "both"},
        {"use": "ensemble", "encoders": ["bag", {"use": "slice", "first": 2, "encoder": "bag"}]},
    ],
)
def test_encoders_made_of_such_without_weights_are_fitted_too(recipe, tmp_path, encoder):
    texts, labels = mixed(CASES["balanced"])
    run = embedkit.run(recipe(texts, labels, encoder=encoder), out=tmp_path / "run")
    assert run.metrics["test"]["accuracy"] > 0.6


def test_words_looked_up_later_are_read_in_validation(recipe, tmp_path):
    texts, labels = mixed(CASES["balanced"])
    held = {"validation": {"use": "inline", "texts": ["w1 w2", "w0"], "labels": ["b", "a"]}}
    made = recipe([text.replace("w1 ", "") for text in texts], labels, data=held)
    made["embedding"]["unseen"] = "lookup"
    assert embedkit.run(made, out=tmp_path / "run").metrics["validation"]["n"] == 2


def test_an_encoder_that_denies_its_weights_is_found_out(recipe, tmp_path, install):
    install(
        "liar",
        """
        from embedkit.plugin_api import hookimpl

        class Liar:
            has_weights = False

            def build(self, input_dim):
                from torch import nn

                class Module(nn.Module):
                    output_dim = 2

                    def __init__(self):
                        super().__init__()
                        self.inner = nn.Linear(input_dim, 2)

                    def forward(self, embedded, mask):
                        return (self.inner(embedded) * mask[:, :, None]).sum(1)

                return Module()

        @hookimpl
        def register_encoders(register):
            register("liar", Liar)
        """,
        entries=["liar"],
    )
    texts, labels = mixed(CASES["balanced"])
    with pytest.raises(ComponentError, match=r"has weights \(inner.weight, inner.bias\)"):
        embedkit.run(recipe(texts, labels, encoder="liar"), out=tmp_path / "run")


def test_vectors_that_overflow_are_an_error_that_names_the_texts(recipe, vectors, tmp_path):
    huge = tmp_path / "huge.vec"
    huge.write_text(
        vectors.read_text()
        .replace("w5 ", "w5 3e38 3e38 ", 1)
        .replace(" " + " ".join(map(str, VECTORS[5][:2])), "", 1)
    )
    texts, labels = ["w1 w2", "w5 w5", "w3 w4"], ["a", "b", "a"]
    made = recipe(texts, labels, encoder={"use": "bag", "pooling": "sum"})
    made["embedding"]["path"] = str(huge)
    with pytest.raises(TrainingError, match="what the encoder makes of examples 2 is not finite"):
        embedkit.run(made, out=tmp_path / "run")


def encoded(classes, logits, features=None, seed=0):
    classes = np.asarray(classes)
    features = np.random.default_rng(seed).normal(size=(len(classes), 4)) if features is None else features
    return Encoded(features, Targets(classes, np.ones(classes.shape), logits))


def log_loss(logits, targets):
    return float(np.log1p(np.exp(-np.where(targets.classes, 1, -1) * logits[:, 0])).mean())


def test_too_few_texts_choose_nothing():
    assert choose_strength(encoded([0, 1] * 20, 1), None, log_loss, 0) == USUAL


def test_of_many_texts_a_sample_chooses_the_same(monkeypatch):
    of = encoded(np.array([0, 1] * 300), 1, np.random.default_rng(2).normal(size=(600, 30)))
    chosen = choose_strength(of, None, log_loss, 0)
    monkeypatch.setattr("embedkit.training.regression.MOST_TEXTS", 300)
    assert choose_strength(of, None, log_loss, 0) == choose_strength(of, None, log_loss, 0) == chosen


@pytest.mark.parametrize("signal", [0.0, 3.0])
def test_the_penalty_is_strong_where_there_is_nothing_to_learn(signal):
    classes = np.array([0, 1] * 60)
    features = np.random.default_rng(1).normal(size=(120, 30)) + signal * classes[:, None] * (
        np.arange(30) == 0
    )
    c = choose_strength(encoded(classes, 1, features), None, log_loss, 0)
    assert c <= 1e-3 if not signal else c >= 1e-2


@pytest.mark.parametrize(
    ("classes", "logits", "missing"),
    [
        ([0, 1] * 10, 3, [2]),
        ([0, 2, 4] * 10, 5, [1, 3]),
        ([1] * 10, 3, [0, 2]),
        ([0] * 10, 1, []),
        ([1] * 10, 1, []),
    ],
)
def test_a_class_without_texts_is_improbable(classes, logits, missing):
    of = encoded(classes, logits)
    found = fit_linear(of, 0.1).logits(of.features)
    assert found.shape == (len(classes), logits)
    if logits == 1:
        assert ((found[:, 0] > 2) == np.array(classes)).all()
    shares = np.exp(found) / np.exp(found).sum(axis=1, keepdims=True)
    assert (shares[:, missing] <= 1 / len(classes)).all()


def test_a_label_that_all_texts_have_is_probable():
    classes = np.column_stack([np.ones(20, dtype=bool), np.zeros(20, dtype=bool), np.arange(20) % 2 == 0])
    found = fit_linear(encoded(classes, 3), 0.1).logits(np.zeros((1, 4)))[0]
    assert found[0] == pytest.approx(np.log(21))
    assert found[1] == pytest.approx(-np.log(21))


def test_a_feature_without_variation_has_no_weight():
    features = np.random.default_rng(0).normal(size=(40, 3))
    features[:, 1] = 0.1
    assert fit_linear(encoded([0, 1] * 20, 1, features), 1.0).weights[0, 1] == 0


def test_the_scale_of_a_feature_does_not_matter():
    of = encoded([0, 1, 1] * 20, 1)
    scaled = encoded([0, 1, 1] * 20, 1, of.features * [1, 1e4, 1e-4, -1] + [0, 5, 0, 1e3])
    found = fit_linear(scaled, 0.1).logits(scaled.features)
    np.testing.assert_allclose(found, fit_linear(of, 0.1).logits(of.features), atol=1e-4)
