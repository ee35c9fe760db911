"""Every block of every page is valid: commands have these options, recipes load, code compiles.

Pages whose commands are run, and whose output is compared, have tests of their own beside this one.
"""

from __future__ import annotations

import configparser
import doctest
import json
import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest
from page_blocks import DOCS, blocks, commands

from embedkit.cli.program import program
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe
from embedkit.recipe.yaml import read_document

ROOT = DOCS.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]
LANGUAGES = {"console", "yaml", "python", "toml", "json", "ini", "lua", "text", ""}
REST = {
    "name": "page",
    "data": {
        "train": {"use": "inline", "texts": ["a", "b"], "labels": ["x", "y"]},
        "validation": {"share": 0.5},
    },
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 4},
    "encoder": "bag",
}
"""What a block that shows a part of a recipe leaves out."""

WITH_TEXT_ENCODER = {key: value for key, value in REST.items() if key != "tokenizer"}

REGISTRY = build_registry()


def found(language: str) -> list[tuple[Path, str]]:
    return [(page, block) for page in PAGES for block in blocks(page, language)]


def name_of(value: object) -> str | None:
    return value.relative_to(ROOT).as_posix() if isinstance(value, Path) else None


def parse(command: click.Command, arguments: list[str], context: click.Context) -> None:
    """Parse a command line, subcommands included. Raises click's error for an option that there is not."""
    _, rest, _ = command.make_parser(context).parse_args([*arguments])
    if isinstance(command, click.Group) and rest:
        below = command.get_command(context, rest[0])
        assert below is not None, rest[0]
        parse(below, rest[1:], click.Context(below, info_name=rest[0], parent=context))


def command_lines() -> list[tuple[Path, str]]:
    """Return every call of embedkit in a console block, without what a shell does with its output."""
    lines = [(page, shown.command) for page in PAGES for shown in commands(page)]
    calls = [(page, part) for page, line in lines for part in re.split(r" && | \| | > |    #| -m ", line)]
    return [(page, part) for page, part in calls if part.startswith("embedkit ")]


def test_blocks_are_counted_and_in_a_language_that_is_checked():
    opened = [line for page in PAGES for line in fences(page)]
    assert {line.removeprefix("```") for line in opened} <= LANGUAGES
    assert len(command_lines()) > 80
    assert len(found("yaml")) > 35


def fences(page: Path) -> list[str]:
    """Return the lines that open a block."""
    return re.findall(r"^```.*$", page.read_text(encoding="utf-8"), re.MULTILINE)[::2]


@pytest.mark.parametrize("page", sorted({page for page, _ in command_lines()}), ids=name_of)
def test_the_commands_have_these_options(page: Path):
    for _, line in (each for each in command_lines() if each[0] == page):
        arguments = shlex.split(re.sub(r"\[(-.*?)\]", r"\1", line))[1:]
        if arguments[0] != "shout":  # a plugin's
            parse(program, arguments, click.Context(program, info_name="embedkit"))


def whole(block: str, path: Path) -> dict[str, object]:
    """Return the recipe that a block shows, or shows a part of: then with the rest."""
    path.write_text(block, encoding="utf-8")
    said = read_document(path).data
    if block.startswith(" "):  # keys of `data`
        return {**REST, "data": {**REST["data"], "validation": None, **said}}
    if {"model", "intrinsic", "baseline"} & {*said} or {"data", "tokenizer"} <= {*said}:
        return {"name": "page", **said}
    return {**(WITH_TEXT_ENCODER if has_text_encoder(said) else REST), **said}


def has_text_encoder(said: dict[str, object]) -> bool:
    embedding = said.get("embedding")
    name = embedding.get("use") if isinstance(embedding, dict) else embedding
    return name in REGISTRY.names("text-encoder")


def without_strangers(block: str) -> str:
    """Return a block with a bundled tokenizer in place of those that readers write themselves."""
    return re.sub(r"^tokenizer: (shout|negation)$", "tokenizer: whitespace", block, flags=re.MULTILINE)


@pytest.mark.parametrize(("page", "block"), found("yaml"), ids=name_of)
def test_a_recipe_or_a_part_of_one_loads(page: Path, block: str, tmp_path: Path):
    assert load_recipe(whole(without_strangers(block), tmp_path / "page.yaml"), REGISTRY)


def can_be_compiled(source: str) -> bool:
    try:
        compile(source, "page", "exec")
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize("page", sorted({page for page, _ in found("python")}), ids=name_of)
def test_python_compiles(page: Path):
    """A block may end with a signature, or with a decorator."""
    for block in blocks(page, "python"):
        examples = doctest.DocTestParser().get_examples(block)
        for source in [example.source for example in examples] or [block]:
            assert any(can_be_compiled(source + end) for end in ("", "    ...", "def test(): ...")), source


@pytest.mark.parametrize(("page", "block"), [*found("toml"), *found("json"), *found("ini")], ids=name_of)
def test_settings_can_be_read(page: Path, block: str):
    if block.lstrip().startswith("{"):
        json.loads(block)
    elif f"```toml\n{block}" in page.read_text(encoding="utf-8"):
        tomllib.loads(block)
    else:
        head = "" if block.startswith("[") else "[tox]\n"
        configparser.ConfigParser(interpolation=None).read_string(head + block)
