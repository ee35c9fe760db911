from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

from embedkit.errors import ComponentError, PluginError, RecipeError
from embedkit.hookspecs import KINDS
from embedkit.plugin.registry import RENAMED, build_registry, describe_kind
from embedkit.recipe.json_schema import json_schema
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core

SHOUT = """\
from embedkit.hookspecs import hookimpl

class Shout:
    \"\"\"Upper case.

    More about it.
    \"\"\"

    def __init__(self, *, marks: int = 1) -> None:
        self.marks = marks

    def tokenize(self, texts):
        return [text.upper().split() for text in texts]

@hookimpl
def register_tokenizers(register):
    register("shout", Shout)
"""

Install = Callable[[str, str], str]


@pytest.fixture
def install(install: Callable[..., str]) -> Install:
    """Installs a distribution `name` 1.0, whose one plugin is the module of that name."""
    return lambda name, code: install(name, code, entries=[name])


def test_a_stranger_s_component_is_known_with_where_it_came_from(install):
    install("loud", SHOUT)
    component = build_registry().get("tokenizer", "shout")
    assert str(component) == "tokenizer 'shout' (loud of loud 1.0)"
    assert component.summary == "Upper case."
    assert list(component.parameters.model_fields) == ["marks"]
    assert component.factory().tokenize(["so good"]) == [["SO", "GOOD"]]


def test_a_stranger_s_component_works_in_a_recipe(install):
    install("loud", SHOUT)
    recipe = load_recipe("notebook-random", build_registry(), ["tokenizer=shout", "tokenizer.marks=2"])
    assert recipe.to_plain()["tokenizer"] == {"use": "shout", "marks": 2}


def test_every_kind_has_bundled_components():
    registry = build_registry()
    for kind in KINDS:
        names = registry.names(kind)
        assert names == sorted(names)
        assert names
        assert all(registry.get(kind, name).plugin.distribution == "embedkit-text" for name in names)
    assert len(registry.components()) == sum(len(registry.names(kind)) for kind in KINDS)


def test_every_component_is_documented_down_to_its_parameters():
    for component in build_registry().components():
        assert component.summary, component
        for name, field in component.parameters.model_fields.items():
            assert field.description, f"{component}: {name}"


def test_an_unknown_name_has_the_nearest_and_all_that_are_known():
    registry = build_registry()
    with pytest.raises(PluginError) as caught:
        registry.get("tokenizer", "nltk-wrd", "here")
    known = ", ".join(registry.names("tokenizer"))
    message = f"here: unknown tokenizer 'nltk-wrd' - did you mean 'nltk-word'? (allowed: {known})"
    assert str(caught.value) == message


def test_an_unknown_name_lists_the_plugins_that_are_not_in_use(install):
    install("broken", "raise RuntimeError('not today')")
    with pytest.raises(PluginError) as caught:
        build_registry(["embedkit-text:random"]).get("embedding", "random")
    assert "Not in use: broken of broken 1.0 (failed: RuntimeError: not today)" in str(caught.value)
    assert "Not in use: random of embedkit" in str(caught.value)


def test_a_name_claimed_twice_belongs_to_nobody(install):
    install("loud", SHOUT)
    install("louder", SHOUT)
    registry = build_registry()
    with pytest.raises(PluginError) as caught:
        registry.get("tokenizer", "shout")
    assert str(caught.value).startswith(
        "tokenizer 'shout' is claimed by loud of loud 1.0 and louder of louder 1.0"
    )
    assert len([c for c in registry.components() if c.name == "shout"]) == 2
    assert load_recipe("notebook-random", registry).tokenizer.use == "nltk-word"
    assert build_registry(["louder"]).get("tokenizer", "shout").plugin.distribution == "loud"


def test_a_recipe_that_uses_a_name_claimed_twice_says_where(install, tmp_path):
    install("loud", SHOUT)
    install("louder", SHOUT)
    path = tmp_path / "r.yaml"
    path.write_text("name: r\ntokenizer: shout\n")
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, build_registry())
    assert f"{path}:2: tokenizer: tokenizer 'shout' is claimed by loud of loud 1.0" in str(caught.value)


def test_a_plugin_that_fails_half_way_leaves_no_component_behind(install):
    install("half", SHOUT + "    raise RuntimeError('half-way')\n")
    registry = build_registry()
    assert "shout" not in registry.names("tokenizer")
    (plugin,) = [plugin for plugin in registry.plugins.plugins if plugin.distribution == "half"]
    assert (plugin.state, plugin.error) == ("failed", "register_tokenizers raised RuntimeError: half-way")


def test_what_is_registered_is_a_name_and_a_class(install):
    install("odd", SHOUT.replace('register("shout", Shout)', 'register(Shout, "shout")'))
    (plugin,) = [p for p in build_registry().plugins.plugins if p.distribution == "odd"]
    assert "register(name, factory) takes a string and a class" in plugin.error


def test_a_constructor_that_no_recipe_could_call_is_an_error_of_the_component(install):
    install("loud", SHOUT.replace("*, marks: int = 1", "**marks: int"))
    component = build_registry().get("tokenizer", "shout")
    with pytest.raises(ComponentError) as caught:
        _ = component.parameters
    assert str(caught.value) == (
        "tokenizer 'shout' (loud of loud 1.0): "
        "constructor parameter '**marks: int' cannot be passed by keyword"
    )


PARTIAL = """\
from embedkit.hookspecs import hookimpl

class Guess:
    \"\"\"Knows some words.\"\"\"

    total = False

    def candidates(self, word): ...
    def fill(self, words, context): ...

@hookimpl
def register_oov_policies(register):
    register("guess", Guess)
"""


def test_the_last_policy_of_a_chain_is_total(install):
    install("guess", PARTIAL)
    registry = build_registry()
    assert len(load_recipe("notebook-random", registry, ["oov=[guess, zero]"]).oov) == 2
    total = [name for name in registry.names("oov") if registry.get("oov", name).factory.total]
    assert {"zero", "error"} <= {*total} < {*registry.names("oov")}
    with pytest.raises(RecipeError) as caught:
        load_recipe("notebook-random", registry, ["oov=[zero, guess]"])
    assert str(caught.value) == (
        "--set oov=[zero, guess]: oov.0: 'zero' answers for every word, so 'guess' is never asked\n"
        "--set oov=[zero, guess]: oov.1: 'guess' may leave a word without a vector, and the last policy "
        f"must not (allowed: {', '.join(total)})"
    )


def test_the_json_schema_leaves_out_contested_names_and_takes_anything_where_it_cannot_know(install):
    install("loud", SHOUT)
    install("louder", SHOUT)
    install("unsaid", SHOUT.replace("*, marks: int = 1", "marks=1").replace('"shout"', '"whisper"'))
    options = json_schema(build_registry())["$defs"]["tokenizer"]["anyOf"]
    by_name = {option["properties"]["use"]["const"]: option for option in options[1:]}
    assert "shout" not in by_name
    assert "additionalProperties" not in by_name["whisper"]
    assert "whisper" in options[0]["enum"]


def test_kinds_as_prose():
    assert [describe_kind(kind) for kind in ("oov", "reader")] == ["out-of-vocabulary policy", "reader"]


def test_neither_the_registry_nor_a_recipe_imports_anything_heavy():
    code = """
import sys
from embedkit.recipe.json_schema import json_schema
from embedkit.recipe.json_schema import json_schema
from embedkit.recipe.load import load_recipe
from embedkit.plugin.registry import RENAMED, build_registry
registry = build_registry()
load_recipe("notebook-word2vec", registry).to_yaml()
json_schema(registry)
heavy = {"torch", "numpy", "nltk", "gensim", "pandas", "scipy", "sklearn", "pyarrow", "rich"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("kind", "attribute", "near"),
    [
        ("encoders", "padding_invarient = False", "padding_invariant"),
        ("oov_policies", "needs_subword = True", "needs_subwords"),
        ("metrics", "smaller_is_beter = True", "smaller_is_better"),
        ("metrics", "taskss = ('binary',)", "tasks"),
        ("embeddings", "standalon = False", "standalone"),
        ("vector_formats", "run_code = True", "runs_code"),
    ],
)
def test_a_misspelt_flag_is_found(install, kind, attribute, near):
    source = f"""
        from embedkit.plugin_api import hookimpl

        class Odd:
            {attribute}

        @hookimpl
        def register_{kind}(register):
            register("odd-one", Odd)
    """
    install("odd", source)
    (plugin,) = [p for p in build_registry().plugins.plugins if p.distribution == "odd"]
    name = attribute.partition(" ")[0]
    assert f"Odd has an attribute '{name}' - did you mean '{near}'?" in plugin.error


def test_other_attributes_are_the_authors_own(install):
    source = """
        from embedkit.plugin_api import hookimpl

        class Free:
            total = True
            totals = ()
            tasks_done: int = 0
            def padding(self): ...

        @hookimpl
        def register_encoders(register):
            register("free", Free)
    """
    install("free", source)
    assert build_registry().get("encoder", "free").plugin.state == "loaded"


@pytest.mark.parametrize(("kind", "name"), RENAMED)
def test_the_name_that_a_component_had_before_names_the_new_one(kind, name):
    registry = build_registry()
    with pytest.raises(PluginError) as caught:
        registry.get(kind, name, "there")
    (fault,) = caught.value.faults
    assert fault.what == f"{kind} '{name}' is called '{RENAMED[kind, name]}' now"
    assert fault.where == "there"
    assert registry.get(kind, RENAMED[kind, name])
