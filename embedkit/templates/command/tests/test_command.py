"""What the command prints."""

from __future__ import annotations

from importlib.metadata import entry_points
from pathlib import Path

import pytest
from click.testing import CliRunner

from embedkit.plugin_api import DataError, run

ROOT = Path(__file__).parents[1]
(COMMAND,) = entry_points(group="embedkit.commands", name="placeholder")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "first"
    run(ROOT / "recipe.yaml", out=folder)
    return folder


def printed(*arguments: object) -> list[list[str]]:
    result = CliRunner().invoke(COMMAND.load(), [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return [line.split("  ") for line in result.output.splitlines()]


def test_the_least_sure_texts_come_first(trained: Path) -> None:
    rows = printed(trained, ROOT / "texts.txt")
    assert len(rows) == 5
    assert [float(row[0]) for row in rows] == sorted(float(row[0]) for row in rows)
    assert {row[1] for row in rows} <= {"good", "bad"}


def test_only_so_many_are_printed(trained: Path) -> None:
    everything = printed(trained, ROOT / "texts.txt")
    assert printed(trained, ROOT / "texts.txt", "-n", 2) == everything[:2]


def test_a_file_without_texts_is_refused(trained: Path, tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("\n\n", encoding="utf-8")
    with pytest.raises(DataError, match="the file has no text"):
        printed(trained, tmp_path / "texts.txt")
