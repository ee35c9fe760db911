"""Every file of tests is collected by itself: it imports no module that only another directory has."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.core

HOME = Path(__file__).parent
STRANGERS = HOME / "strangers"
"""Packages of somebody else, which are installed before they are imported."""


def modules() -> list[Path]:
    return [path for path in HOME.rglob("*.py") if STRANGERS not in path.parents]


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


def on_the_path(path: Path) -> set[Path]:
    """Return the directories that pytest puts on the path for a file: its own, and those of conftest.py."""
    above = [folder for folder in path.parents if HOME in (folder, *folder.parents)]
    return {path.parent, *(folder for folder in above if (folder / "conftest.py").is_file())}


def test_modules_of_tests_are_imported_from_where_pytest_finds_them():
    homes: dict[str, set[Path]] = {}
    for path in modules():
        homes.setdefault(path.stem, set()).add(path.parent)
    own = [(path, name) for path in modules() for name in imported(path) if name in homes]
    lost = [f"{path.relative_to(HOME)}: {name}" for path, name in own if not homes[name] & on_the_path(path)]
    assert len(own) > 30
    assert lost == []
