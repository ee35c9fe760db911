"""The components of a recipe are made once, and say themselves what is wrong with their keys."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest

from embedkit.cli.inventory import component_records
from embedkit.errors import ComponentError, DataError, RecipeError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.components import Components
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core

COUNTED = """
from embedkit.plugin_api import Fault, InputPath, hookimpl

MADE = []

class Counted:
    def __init__(self, least: int = 1, most: int = 5, words: InputPath | None = None) -> None:
        MADE.append((least, most))
        self.least, self.most = least, most

    def check(self):
        if self.least > self.most:
            yield Fault(f"expected at most {self.most}, the value of 'most'", where="least")
        if self.most > 100:
            yield "more than a text has"

    def tokenize(self, texts):
        return [text.split() for text in texts]

@hookimpl
def register_tokenizers(register):
    register("counted", Counted)
"""


@pytest.fixture
def counted(install):
    install("counted", COUNTED, entries=["counted"])
    return build_registry()


def recipe_with(registry, **keys):
    return load_recipe("notebook-random", registry, {"tokenizer": {"use": "counted", **keys}})


def test_each_component_is_made_once_and_when_it_is_asked_for(counted):
    components = Components(recipe_with(counted), counted)
    made = components.part("tokenizer").component.factory.tokenize.__globals__["MADE"]
    made.clear()
    assert components.encoder is components.encoder
    assert made == []
    assert components.tokenizer is components.tokenizer
    assert components.metrics("binary")["accuracy"] is components.metrics("binary")["accuracy"]
    assert made == [(1, 5)]
    assert components.of(components.recipe).tokenizer is not components.tokenizer
    assert made == [(1, 5)] * 2


def test_components_by_their_place(counted):
    components = Components(recipe_with(counted), counted)
    assert [name for name, _ in components.policies] == ["zero"]
    assert [*components.baselines] == ["majority", "tfidf-logistic-regression", "nbsvm"]
    assert "the" in components.function_words
    assert components.part("encoder").bundled
    assert not components.part("tokenizer").bundled
    assert str(components.part("tokenizer")).startswith("tokenizer 'counted' (counted of counted")
    assert {"counted", "embedkit-text"} <= components.distributions()
    assert "zero" not in components.other_policies("zero")
    assert "hash" in components.other_policies("zero")


def test_validate_shows_what_a_component_finds_wrong_with_its_keys(counted):
    with pytest.raises(RecipeError) as caught:
        recipe_with(counted, least=7, most=3)
    assert "tokenizer.least: expected at most 3, the value of 'most'" in str(caught.value)
    with pytest.raises(RecipeError) as caught:
        recipe_with(counted, least=300, most=200)
    assert "tokenizer.least: expected at most 200" in str(caught.value)
    assert "tokenizer: more than a text has" in str(caught.value)
    assert len(caught.value.faults) == 2


def test_a_component_that_reads_files_is_checked_once_its_files_are_there(counted, tmp_path):
    recipe = recipe_with(counted, least=7, most=3, words=str(tmp_path / "words"))
    with pytest.raises(DataError, match="does not exist"):
        _ = Components(recipe, counted).tokenizer
    (tmp_path / "words").touch()
    with pytest.raises(RecipeError, match="^tokenizer.least: expected at most 3"):
        _ = Components(recipe, counted).tokenizer


def test_a_class_may_be_named_and_is_imported_when_a_recipe_names_it(install):
    code = """
        from embedkit.plugin_api import hookimpl

        @hookimpl
        def register_tokenizers(register):
            register("named", "named_tokenizers:Named")
            register("nowhere", "named_tokenizers:Nowhere")
            register("misspelt", "named_tokenizers:Misspelt")
    """
    classes = """
        class Named:
            '''Splits at blanks.'''

            def tokenize(self, texts):
                return [text.split() for text in texts]

        class Misspelt(Named):
            runs_codes = True
    """
    install("named", dedent(code), entries=["named"])
    install("named-tokenizers", dedent(classes))
    registry = build_registry()
    assert "named_tokenizers" not in sys.modules
    recipe = load_recipe("notebook-random", registry, {"tokenizer": "named"})
    assert Components(recipe, registry).tokenizer.tokenize(["a film"]) == [["a", "film"]]
    for name, why in (("nowhere", "AttributeError: module"), ("misspelt", "did you mean 'runs_code'")):
        with pytest.raises(ComponentError, match=rf"tokenizer '{name}' \(named of named .*{why}"):
            load_recipe("notebook-random", registry, {"tokenizer": name})
    states = {record.name: record.state for record in component_records(registry)}
    assert [states[name] for name in ("named", "nowhere", "misspelt")] == ["loaded", "failed", "failed"]


def test_strict_mode_imports_every_class(install, monkeypatch):
    code = """
        from embedkit.plugin_api import hookimpl

        @hookimpl
        def register_tokenizers(register):
            register("nowhere", "no_such_module:Nowhere")
    """
    install("named", dedent(code), entries=["named"])
    monkeypatch.setenv("EMBEDKIT_STRICT_PLUGINS", "1")
    with pytest.raises(ComponentError, match="cannot be imported from 'no_such_module:Nowhere': ModuleNot"):
        build_registry()
