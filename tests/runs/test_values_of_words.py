"""What vectors for missing words are worth, of finished runs."""

from __future__ import annotations

import random

import pytest

import embedkit

N = 240


def texts_of(words):
    """Texts that say what they are by one of `words` in a random half of the texts, and nothing otherwise."""
    draw = random.Random(5)
    texts, labels = [], []
    for _ in range(N):
        label = draw.choice(["neg", "pos"])
        mood = draw.choice(words[label]) if draw.random() < 0.6 else "plain"
        texts.append(f"{draw.choice(['the', 'a'])} {mood} {draw.choice(['film', 'plot'])}")
        labels.append(label)
    return texts, labels


@pytest.fixture(scope="session")
def recipe_of(tmp_path_factory):
    """A recipe with vectors for all words but the decisive ones."""
    path = tmp_path_factory.mktemp("vectors") / "known.txt"
    path.write_text("".join(f"{word} {i} 1 {i % 2}\n" for i, word in enumerate(["the", "a", "film", "plot"])))
    texts, labels = texts_of({"neg": ["dreadful"], "pos": ["superb"]})

    def recipe(**changes):
        return {
            "name": "small",
            "seed": 3,
            "data": {
                "train": {"use": "inline", "texts": texts, "labels": labels},
                "folds": {"count": 4},
            },
            "tokenizer": "whitespace",
            "embedding": {"use": "glove", "path": str(path), "trainable": "none"},
            "oov": ["zero"],
            "encoder": "bag",
            "training": {"optimizer": "lbfgs"},
            "evaluation": {"metrics": ["accuracy"]},
            **changes,
        }

    return recipe


def test_the_decisive_words_without_vectors_are_named_and_worth_most(recipe_of, tmp_path):
    run = embedkit.run(recipe_of(), out=tmp_path / "run")
    found = run.errors.word_values
    assert {(word.word, word.toward) for word in found.words} == {("superb", "pos"), ("dreadful", "neg")}
    assert found.top.is_seen
    assert found.top.points > 20
    assert not found.rest.is_seen


def test_a_run_of_one_training_has_its_training_texts_in_its_predictions(recipe_of, tmp_path):
    texts, labels = texts_of({"neg": ["dreadful"], "pos": ["superb"]})
    data = {"train": {"use": "inline", "texts": texts, "labels": labels}, "test": {"share": 0.4}}
    run = embedkit.run(recipe_of(data=data), out=tmp_path / "run")
    found = run.errors.word_values
    assert found.top.is_seen
    assert {word.word for word in found.words} == {"superb", "dreadful"}
    data["test"] = {"use": "inline", "texts": texts[:60], "labels": labels[:60]}
    several = embedkit.run(recipe_of(data=data, seeds=[1, 2]), out=tmp_path / "seeds")
    assert several.errors.word_values.top.is_seen
    assert (
        several.errors.joined_with(several).word_values.why == "several recipes read words in different ways"
    )
    without = {"metrics": ["accuracy"], "predictions": "held-out"}
    run = embedkit.run(recipe_of(data=data, evaluation=without), out=tmp_path / "held-out")
    assert run.errors.word_values.why == "what words say is not known without predictions of training texts"


def test_a_baseline_and_a_run_without_missing_words_say_so(recipe_of, tmp_path):
    recipe = {key: value for key, value in recipe_of().items() if key in ("name", "seed", "data")}
    baseline = embedkit.run(recipe | {"baseline": "nbsvm"}, out=tmp_path / "baseline")
    assert baseline.errors.word_values.why == "a baseline has no word vectors"
    train = {
        "use": "inline",
        "texts": ["the film", "a plot", "the plot", "a film"] * 5,
        "labels": ["neg", "pos"] * 10,
    }
    known = embedkit.run(recipe_of(data={"train": train, "folds": {"count": 2}}), out=tmp_path / "known")
    assert known.errors.word_values.why == "no held-out text has a missing word"
