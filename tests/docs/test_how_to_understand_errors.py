"""The page on the errors of a run: its Python runs from top to bottom."""

from __future__ import annotations

from typing import Any

from page_blocks import DOCS, blocks

PAGE = DOCS / "how-to" / "understand-errors.md"


def test_its_python_runs_from_top_to_bottom(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for code in blocks(PAGE, "python"):
        exec(compile(code, PAGE.name, "exec"), names)
