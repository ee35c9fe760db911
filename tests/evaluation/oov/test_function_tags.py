"""Function words by their part of speech, which a token carries after a slash."""

from __future__ import annotations

import pytest

import embedkit
from embedkit.errors import ComponentError
from embedkit.evaluation.oov.content import Content

PLUGIN = """
from embedkit.plugin_api import hookimpl

class Tagged:
    def words(self):
        return ["the"]

    def tags(self):
        return {tags}

@hookimpl
def register_function_words(register):
    register("tagged", Tagged)
"""
RECIPE = {
    "name": "tagged",
    "data": {
        "train": {
            "use": "inline",
            "texts": ["the/DET film/NOUN is/AUX good/ADJ", "the/DET plot/NOUN was/AUX bad/ADJ"] * 2,
            "labels": ["good", "bad"] * 2,
        }
    },
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 2},
    "encoder": "bag",
    "training": {"epochs": 1},
    "evaluation": {"function_words": ["tagged"], "baselines": []},
}


@pytest.mark.parametrize(
    ("token", "content"),
    [
        ("는/JX", False),
        ("영화/NNG", True),
        ("the", False),
        ("JX", True),
        ("/JX", True),
        ("1/2/JX", False),
        ("a/jx", True),
        ("./JX", False),
        ("/", False),
        ("and/or", True),
    ],
)
def test_a_token_with_a_tag_of_function_words_is_one(token, content):
    assert Content(["the"], ["JX", "EF"]).is_content(token) is content


@pytest.mark.parametrize("token", ["a/", "/", "a/JX"])
def test_without_tags_a_slash_means_nothing(token):
    assert Content(["the"]).is_content(token) is (token != "/")


def test_a_run_asks_for_the_tags(install, tmp_path):
    install("embedkit-tagged", PLUGIN.format(tags=["DET", "AUX"]), entries=["tagged"])
    run = embedkit.run(RECIPE, out=tmp_path / "run")
    assert {*run.predictions["content_tokens"]} == {2}


@pytest.mark.parametrize("tags", ["'DET'", "None", "[1]"])
def test_what_is_no_collection_of_tags_is_an_error_of_the_plugin(install, tmp_path, tags):
    install("embedkit-tagged", PLUGIN.format(tags=tags), entries=["tagged"])
    with pytest.raises(ComponentError, match=r"tags\(\): expected a collection of strings") as caught:
        embedkit.run(RECIPE, out=tmp_path / "run")
    assert "embedkit-tagged" in str(caught.value)
