"""The names of the files of a run directory are spelt out once."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import embedkit
from embedkit.runs import layout

SOURCE = Path(embedkit.__file__).parent
NAMES = {
    name: value
    for name, value in vars(layout).items()
    if name.isupper() and isinstance(value, str) and "." in value
}
DOCS = Path(__file__).parents[2] / "docs"
CHECKPOINT = {"CHECKPOINT_TENSORS", "CHECKPOINT_STATE"}
SPELT = re.compile("|".join(rf"(?<![\w.-]){re.escape(value)}(?!\w)" for value in NAMES.values()))
PROSE = {"cli/new_plugin.py", "recipe/bundled.py", "recipe/sections/evaluation.py"}
"""What they tell users of a recipe, never the name of a file that is opened."""


def _strings(path: Path) -> Iterator[ast.Constant]:
    """Yield the strings of a module, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node


def test_no_other_module_spells_out_the_name_of_a_file_of_a_run() -> None:
    templates = SOURCE / "templates"  # files of somebody else's plugin
    modules = [path for path in SOURCE.rglob("*.py") if templates not in path.parents]
    assert len(modules) > 150
    spelt = {
        f"{path.relative_to(SOURCE)}:{string.lineno}: {string.value!r}"
        for path in modules
        if path != Path(layout.__file__) and path.relative_to(SOURCE).as_posix() not in PROSE
        for string in _strings(path)
        if SPELT.search(str(string.value))
    }
    assert not spelt


def test_two_files_never_have_one_name() -> None:
    assert len({*NAMES.values()}) == len(NAMES) > 20


@pytest.mark.parametrize("name", sorted({*NAMES} - {"MARK", "UNFINISHED", *CHECKPOINT}))
def test_every_file_of_a_finished_run_is_documented(name: str) -> None:
    page = "explanation/out-of-vocabulary.md" if name == "ABLATION" else "reference/run-directory.md"
    assert NAMES[name] in (DOCS / page).read_text(encoding="utf-8")
