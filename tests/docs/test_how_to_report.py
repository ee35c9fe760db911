"""The page on reports: its commands and its Python write pages."""

from __future__ import annotations

import shlex
from typing import Any

import pytest
from page_blocks import DOCS, blocks, commands

from embedkit.cli import main

PAGE = DOCS / "how-to" / "read-the-report.md"


def run(command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(command)[1:])
    assert ended.value.code == 0, command


def test_its_commands_write_pages(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    first, second, ranking, several, compared, stored = [shown.command for shown in commands(PAGE)]
    run(first)
    run(second)
    assert (tmp_path / "runs" / "quickstart" / "report.html").is_file()
    assert ranking == "embedkit report runs/reviews"  # one of a user's own, as the ranking of the README
    run("embedkit run quickstart --set training.epochs=1 --out runs/other")
    run(several)
    of_runs = (tmp_path / "comparison.html").read_bytes()
    (tmp_path / "comparison.html").unlink()
    command, file = compared.split(" > ")
    capsys.readouterr()
    run(command)
    (tmp_path / file).write_text(capsys.readouterr().out, encoding="utf-8")
    run(stored)
    assert (tmp_path / "comparison.html").read_bytes() == of_runs


def test_its_python_writes_a_page(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    for code in blocks(PAGE, "python"):
        exec(compile(code, PAGE.name, "exec"), names)
    assert names["page"].is_file()
