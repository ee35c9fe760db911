"""The function words of an evaluation: those of the model's recipe, unless it names its own."""

from __future__ import annotations

import pytest

import embedkit
from embedkit.errors import RunError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.any_system

SOURCE = """
    from pathlib import Path

    from embedkit import hookimpl
    from embedkit.interfaces import InputPath

    class Listed:
        '''One word a line.'''

        def __init__(self, *, path: InputPath) -> None:
            self.path = path

        def words(self):
            return Path(self.path).read_text("utf-8").split()

    @hookimpl
    def register_function_words(register):
        register("listed", Listed)
"""


@pytest.fixture
def trained(install, recipe, tmp_path):
    """A run whose function words are `film` and `plot`, from a file."""
    install("embedkit-listed", SOURCE, entries=["listed"])
    (tmp_path / "words.txt").write_text("film plot")
    named = {"function_words": [{"use": "listed", "path": str(tmp_path / "words.txt")}]}
    return embedkit.run({**recipe, "evaluation": named}, out=tmp_path / "run")


@pytest.fixture
def evaluate(trained, recipe, tmp_path):
    def evaluate(name="evaluation", **evaluation):
        of = {"model": str(trained.path), "data": {"test": recipe["data"]["test"]}, "evaluation": evaluation}
        return embedkit.run({"name": name, **of}, out=tmp_path / name)

    return evaluate


def content(run):
    frame = run.predictions
    return frame[frame["split"] == "test"]["content_tokens"].tolist()


def test_an_evaluation_takes_those_of_the_model(trained, evaluate):
    assert content(trained) == [2, 0, 1, 1]
    assert content(evaluate()) == content(trained)


def test_it_takes_its_own_where_it_names_some_or_none(evaluate):
    assert content(evaluate("english", function_words=["english"])) == [3, 0, 1, 2]
    assert content(evaluate("none", function_words=[])) == [3, 0, 1, 2]


def test_a_list_that_has_changed_is_an_error(evaluate, tmp_path):
    (tmp_path / "words.txt").write_text("good")
    with pytest.raises(
        RunError, match=r"evaluation\.function_words\.0\.path: .*fingerprint differs"
    ) as caught:
        evaluate()
    assert "Name function words in this recipe" in str(caught.value)
    assert content(evaluate("english", function_words=["english"])) == [3, 0, 1, 2]


def test_the_resolved_recipe_says_null():
    data = {"test": {"use": "inline", "texts": ["a"], "labels": ["b"]}}
    recipe = load_recipe({"name": "e", "model": "run", "data": data}, build_registry(), {})
    assert recipe.to_plain()["evaluation"]["function_words"] is None


def test_korean_texts_with_english_function_words_are_told_in_training_and_evaluation(
    recipe, tmp_path, caplog
):
    texts = ["이 영화 좋다", "이 영화 나쁘다"] * 4
    data = {"train": {"use": "inline", "texts": texts, "labels": ["pos", "neg"] * 4}}
    run = embedkit.run({**recipe, "data": data, "training": {"epochs": 1}}, out=tmp_path / "run")
    assert caplog.text.count("none of these words is in a script of the texts: Hangul") == 1
    caplog.clear()
    evaluation = {"name": "e", "model": str(run.path), "data": {"test": data["train"]}}
    embedkit.run(evaluation, out=tmp_path / "evaluation")
    assert caplog.text.count("none of these words is in a script of the texts: Hangul") == 1
