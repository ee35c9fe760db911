"""Components that cannot be right whatever a recipe says are found by `validate`, and plugins in lists."""

from __future__ import annotations

import json

import pytest
import yaml

from embedkit.errors import RecipeError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

RECIPE = {
    "name": "bad",
    "data": {
        "train": {"use": "inline", "texts": ["a great film", "a dull film"], "labels": ["good", "bad"]},
    },
    "embedding": {"use": "random", "dim": 4},
    "encoder": {"use": "rnn", "hidden_size": 3},
    "training": {"epochs": 1},
    "evaluation": {"baselines": []},
}
HEADER = """
from collections.abc import Mapping
from typing import Annotated, Literal

from annotated_types import Gt
from pydantic import BaseModel, Field, field_validator

from embedkit import hookimpl
from embedkit.errors import DataError, Fault
from embedkit.interfaces import Doc, InputPath
"""
SPLIT = "return [text.split() for text in texts]"


def component(body, base=""):
    return f"""{HEADER}
class Bad{base}:
{body}
    def tokenize(self, texts):
        {SPLIT}

@hookimpl
def register_tokenizers(register):
    register("bad", Bad)
"""


def constructed(parameters, body="pass"):
    return component(f"    def __init__(self, *, {parameters}):\n        {body}\n")


@pytest.fixture
def recipe(install, tmp_path):
    """A file with a recipe whose tokenizer is that of a plugin with the given text."""

    def write(text, **keys):
        install("embedkit-bad", text, version="0.4", entries=["mine"])
        path = tmp_path / "bad.yaml"
        plain = {**RECIPE, "tokenizer": {"use": "bad", **keys}}
        path.write_text(yaml.safe_dump(plain, sort_keys=False), encoding="utf-8")
        return path

    return write


NAME = "tokenizer: tokenizer 'bad' (mine of embedkit-bad 0.4)"
DEFAULTS = {
    "size: int = 'abc'": "the default of 'size', the text 'abc', is not what its annotation allows",
    "size: Annotated[int, Gt(0)] = -1": "the default of 'size', the integer -1, is not what",
    "size: int = None": "the default of 'size', nothing, is not what",
    "size: float = float('nan')": "the default of 'size'",
    "size: Literal['a', 'b'] = 'c'": "the default of 'size', the text 'c', is not what",
    "size: list[int] = ('a',)": "the default of 'size', a list, is not what",
    "size: int = object()": "a default is no plain data: ",
}


@pytest.mark.parametrize("parameter", DEFAULTS)
def test_a_default_against_its_annotation_is_found_before_anything_is_read(
    parameter, recipe, embedkit_command
):
    ended = embedkit_command("validate", recipe(constructed(parameter)))
    assert ended.code == 2
    assert f"{NAME}: {DEFAULTS[parameter]}" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize(
    "parameter",
    ["size: list[int] = ()", "size: tuple[int, ...] = (1, 2)", "size: float = 1", "size: int | None = None"],
)
def test_a_default_that_json_could_give_is_none(parameter, recipe, embedkit_command):
    ended = embedkit_command("validate", recipe(constructed(parameter)))
    assert ended.code == 0, ended.err


def test_a_default_that_the_recipe_does_not_use_is_none(recipe, embedkit_command):
    ended = embedkit_command("validate", recipe(constructed("size: int = 'abc'"), size=3))
    assert ended.code == 0, ended.err


RAISES = {
    "raise ValueError('a must not be less than b')": "ValueError: a must not be less than b",
    "raise SystemExit(0)": "SystemExit: 0",
    "raise OSError('no network')": "OSError: no network",
}


@pytest.mark.parametrize("body", RAISES)
def test_a_constructor_that_raises_is_found_with_the_line_of_the_recipe(body, recipe, embedkit_command):
    path = recipe(constructed("a: int = 1, b: int = 2", body), a=1, b=2)
    ended = embedkit_command("validate", path)
    assert ended.code == 2
    line = path.read_text(encoding="utf-8").splitlines().index("tokenizer:") + 1
    assert ended.err.startswith(f"error: {path}:{line}: {NAME} could not be made: {RAISES[body]}")


def test_what_a_constructor_says_of_the_user_s_keys_is_shown_as_it_is(recipe, embedkit_command):
    body = "raise DataError(Fault('there is no language xx', allowed=('de', 'en')))"
    ended = embedkit_command("validate", recipe(constructed("language: str", body), language="xx"))
    assert ended.code == 2
    assert "tokenizer: there is no language xx (allowed: de, en)" in ended.err


def test_a_constructor_that_would_read_a_file_is_not_called(recipe, embedkit_command):
    text = constructed("path: InputPath", "raise ValueError('called')")
    ended = embedkit_command("validate", recipe(text, path="not-there.txt"))
    assert ended.code == 0, ended.err


def test_what_a_constructor_prints_is_not_on_standard_output(recipe, embedkit_command):
    ended = embedkit_command("validate", recipe(constructed("a: int = 1", "print('noise')")))
    assert ended.code == 0, ended.err
    assert "noise" not in ended.out


MODEL = """
    size: Annotated[int, Gt(0), Doc("how much")] = 3
    word: str = Field("x", min_length=1, description="which")

    @field_validator("word")
    @classmethod
    def lower(cls, word):
        if not word.islower():
            raise ValueError("not in lower case")
        return word
"""


def test_a_pydantic_model_is_a_component(recipe, embedkit_command, tmp_path):
    path = recipe(component(MODEL, "(BaseModel)"), word="abc")
    assert embedkit_command("run", path, "--out", tmp_path / "run").code == 0
    shown = embedkit_command("plugins", "show", "bad").out
    assert "size (integer > 0, default 3): how much" in shown
    assert 'word (non-empty string, default "x"): which' in shown


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"size": 0}, "tokenizer.size: expected more than 0, got the integer 0"),
        ({"wrod": "a"}, "unknown key 'wrod' - did you mean 'word'?"),
        ({"word": ""}, "tokenizer.word: expected a text of at least 1"),
        (
            {"word": "A"},
            "could not be made: ValidationError: 1 validation error for Bad word Value error, not in",
        ),
    ],
)
def test_the_keys_of_a_pydantic_model_are_checked_as_others(keys, said, recipe, embedkit_command):
    ended = embedkit_command("validate", recipe(component(MODEL, "(BaseModel)"), **keys))
    assert ended.code == 2
    assert said in ended.err


def test_the_default_of_a_file_is_relative_to_the_recipe_in_the_run_too(recipe, tmp_path, monkeypatch):
    import embedkit

    (tmp_path / "words.txt").write_text("a", encoding="utf-8")
    text = constructed("path: InputPath = 'words.txt'", "self.path = path")
    run = embedkit.run(recipe(text), out=tmp_path / "run")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    saved = yaml.safe_load((run.path / "recipe.yaml").read_text(encoding="utf-8"))
    assert saved["tokenizer"]["path"] == str(tmp_path / "words.txt")
    assert len(embedkit.load(run.path).predict(["a film"])) == 1


def test_files_may_stand_in_a_mapping(recipe, tmp_path):
    import embedkit

    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    text = constructed(
        "files: Mapping[str, InputPath]", "self.files = {k: open(v).close() for k, v in files.items()}"
    )
    run = embedkit.run(recipe(text, files={"one": "a.txt", "two": "b.txt"}), out=tmp_path / "run")
    inputs = json.loads((run.path / "environment.json").read_text(encoding="utf-8"))
    assert "tokenizer.files.one" in json.dumps(inputs)
    assert "tokenizer.files.two" in json.dumps(inputs)
    with pytest.raises(embedkit.errors.DataError, match=r"tokenizer\.files\.two: '.*c\.txt' does not exist"):
        embedkit.run(recipe_with(run, tmp_path), out=tmp_path / "other")


def recipe_with(run, folder):
    saved = yaml.safe_load((run.path / "recipe.yaml").read_text(encoding="utf-8"))
    saved["tokenizer"]["files"]["two"] = str(folder / "c.txt")
    return saved


NAMES = [
    "",
    " ",
    "a b",
    "a/b",
    "x: y",
    "a:b",
    "a\nb",
    "-a",
    "1",
    "1e3",
    "no",
    "True",
    "null",
    "a" * 101,
    "a#b",
    "a\x1b",
]


def registering(name, kind="tokenizers"):
    return f"""
from embedkit import hookimpl

class Odd:
    def tokenize(self, texts): ...
    def score(self, *_): ...

@hookimpl
def register_{kind}(register):
    register({name!r}, Odd)
"""


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_is_no_word_in_a_recipe_is_refused(name, install):
    install("embedkit-odd", registering(name), version="0.4", entries=["odd"])
    registry = build_registry()
    (plugin,) = [each for each in registry.plugins.plugins if each.distribution == "embedkit-odd"]
    assert plugin.state == "failed"
    assert "a component's name takes at most 100 letters, digits and - _ ." in plugin.error
    assert "\n" not in plugin.error


@pytest.mark.parametrize("name", ["a", "nltk-word", "v2.1", "wörter", "単語", "शब्द", "a_b", "trueish"])
def test_a_name_in_any_script_is_a_word(name, install):
    install("embedkit-odd", registering(name), version="0.4", entries=["odd"])
    assert name in build_registry().names("tokenizer")


@pytest.mark.parametrize(
    "name", ["n", "loss", "batch_loss", "accuracy_ci95", "baselines", "undefined", "epoch"]
)
def test_a_metric_cannot_have_the_name_of_a_figure_of_embedkit_s_own(name, install):
    install("embedkit-odd", registering(name, "metrics"), version="0.4", entries=["odd"])
    registry = build_registry()
    (plugin,) = [each for each in registry.plugins.plugins if each.distribution == "embedkit-odd"]
    assert plugin.state == "failed"
    assert f"metric '{name}' is embedkit's own" in plugin.error


HOOKS = {
    "def register_tokenizers(): ...": "register_tokenizers does not take `register`",
    "def register_tokenizers(register): return {'odd': object}": "register_tokenizers gives {'odd':",
    "def register_tokenizers(register): return [('odd', object)]": "register_tokenizers gives [('odd',",
    "def register_tokenizers(register): yield": "register_tokenizers gives <generator",
    "async def register_tokenizers(register): ...": "register_tokenizers gives <coroutine",
    "def register_tokenizers(register): ...": "loaded, and registered no component",
}


@pytest.mark.filterwarnings("ignore:coroutine")
@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_that_registers_nothing_is_a_suspect(hook, install):
    install(
        "embedkit-odd",
        f"from embedkit import hookimpl\n\n@hookimpl\n{hook}\n",
        version="0.4",
        entries=["odd"],
    )
    registry = build_registry()
    with pytest.raises(RecipeError) as caught:
        load_recipe({**RECIPE, "tokenizer": "odd"}, registry)
    message = str(caught.value)
    assert "Not in use: odd of embedkit-odd 0.4 (" in message
    assert HOOKS[hook] in message
    assert registry.names("tokenizer")


COMMAND = "import click\n@click.command()\ndef odd(): click.echo('called')\n"


def test_a_command_that_asks_for_another_embedkit_is_listed_as_such(install, embedkit_command):
    install("embedkit-odd", COMMAND, commands={"odd": "{module}:odd"}, requires=["embedkit>=99"])
    listed = json.loads(embedkit_command("plugins", "--json").out)["components"]
    (command,) = [each for each in listed if each["kind"] == "command" and each["name"] == "odd"]
    assert command["state"] == "incompatible"
    assert "it requires embedkit>=99" in command["summary"]
    ended = embedkit_command("odd")
    assert ended.code == 2
    assert "it requires embedkit>=99" in ended.err


def test_the_command_of_a_blocked_plugin_names_it(install, embedkit_command):
    install("embedkit-odd", COMMAND, version="0.4", commands={"odd": "{module}:odd"})
    assert embedkit_command("odd").out == "called\n"
    ended = embedkit_command("-p", "no:embedkit-odd", "odd")
    assert ended.code == 2
    assert "unknown command 'odd'" in ended.err
    assert "Not in use: odd of embedkit-odd 0.4 (blocked: by 'embedkit-odd')" in ended.err
