"""What plugins may import: all of `embedkit.plugin_api`, nothing else, and none of it changes unseen."""

from __future__ import annotations

import ast
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from embedkit import plugin_api

SURFACE = Path(__file__).with_name("plugin_api.txt")
PLUGINS = Path(__file__).parents[1] / "plugins"
HEAVY = ("torch", "numpy", "nltk", "gensim", "pandas", "sklearn", "pyarrow")


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield str(node.module)


@pytest.mark.core
def test_bundled_plugins_import_nothing_else_of_embedkit():
    files = [*PLUGINS.rglob("*.py")]
    assert len(files) > 100
    found = {name for path in files for name in imports_of(path) if name.partition(".")[0] == "embedkit"}
    assert found == {"embedkit.plugin_api"}


@pytest.mark.core
def test_importing_it_imports_nothing_heavy():
    code = "import sys, embedkit.plugin_api; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {*HEAVY} & {*done.stdout.split()}


@pytest.mark.core
def test_a_name_that_it_has_not_is_an_attribute_error():
    with pytest.raises(AttributeError, match=r"'embedkit.plugin_api' has no attribute 'Tokeniser'"):
        plugin_api.Tokeniser  # noqa: B018


def test_the_surface_is_what_it_was():
    """A name that vanishes, or changes how it is called, breaks plugins: docs/explanation/contract.md.

    EMBEDKIT_RECORD_API=1 records what is there now.
    """
    now = "".join(f"{line}\n" for name in sorted(plugin_api.__all__) for line in described(name))
    if os.environ.get("EMBEDKIT_RECORD_API"):
        SURFACE.write_text(now, encoding="utf-8")
    assert now.splitlines() == SURFACE.read_text(encoding="utf-8").splitlines()


def described(name: str) -> Iterator[str]:
    """Lines that say how a name is used: its parameters, and its public attributes with theirs."""
    value = getattr(plugin_api, name)
    if inspect.isclass(value) and value.__module__.startswith("embedkit"):
        yield name + ("" if is_protocol(value) else parameters_of(value))
        for attribute in sorted(public_names(value)):
            found = inspect.getattr_static(value, attribute, None)
            yield f"    {attribute}{'' if inspect.isclass(found) else parameters_of(found)}"
    else:
        yield name + parameters_of(value)


def is_protocol(value: type) -> bool:
    return getattr(value, "_is_protocol", False)


def public_names(value: type) -> set[str]:
    own = [base for base in value.__mro__ if base.__module__.startswith("embedkit")]
    names = {name for base in own for name in [*vars(base), *inspect.get_annotations(base)]}
    return {name for name in names if not name.startswith("_")}


def parameters_of(value: Any) -> str:
    """The names in a signature: those that may be left out end in `=`. Nothing for what is no function."""
    value = value.__func__ if isinstance(value, classmethod | staticmethod) else value
    if not (inspect.isfunction(value) or (inspect.isclass(value) and not issubclass(value, Exception))):
        return ""
    names = list[str]()
    for parameter in inspect.signature(value).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and "*" not in names:
            names.append("*")
        star = {parameter.VAR_POSITIONAL: "*", parameter.VAR_KEYWORD: "**"}.get(parameter.kind, "")
        names.append(f"{star}{parameter.name}" + ("" if parameter.default is parameter.empty else "="))
    return f"({', '.join(names)})"


def test_a_component_is_made_as_a_recipe_makes_it():
    tokenizer = plugin_api.make_component("tokenizer", "regex", pattern="[a-z]+")
    assert tokenizer.tokenize(["a film", ""]) == [["a", "film"], []]
    inside = plugin_api.make_component("encoder", "ensemble", encoders=["bag", {"use": "cnn", "maps": 3}])
    assert inside.build(4).output_dim > 4
    with pytest.raises(plugin_api.PluginError, match=r"unknown tokenizer 'regexp' - did you mean 'regex'\?"):
        plugin_api.make_component("tokenizer", "regexp")
    with pytest.raises(ValueError, match="patern"):
        plugin_api.make_component("tokenizer", "regex", patern="x")
