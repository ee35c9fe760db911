"""The page on comparing runs: its Python runs, and its tables name what the frames have."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import embedkit

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "compare-runs.md").read_text(encoding="utf-8")


def columns(table: str) -> set[str]:
    """Return the columns that the page documents for `table`."""
    (row,) = re.findall(rf"^\| `{table}` \| (.*) \|$", PAGE, re.MULTILINE)
    return set(re.findall(r"`(\w+)`", row))


def test_its_python_runs_and_its_columns_are_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, encoder in (("random", "bag"), ("glove", {"use": "rnn", "hidden_size": 4})):
        changed = {"training.epochs": 1, "encoder": encoder, "evaluation.baselines": []}
        embedkit.run("quickstart", set=changed, out=f"runs/{name}")
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(code, "compare-runs.md", "exec"), names)
    found = names["found"]
    assert columns("runs") == {*found.runs}
    assert columns("pairs") == {*found.pairs}
    assert columns("coverage") - {"first", "second", "neither"} <= {*found.coverage}
    assert columns("changed") <= {*found.changed}
