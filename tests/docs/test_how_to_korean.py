"""The page on Korean: its commands print what it shows, and its columns align in the cells of a terminal."""

from __future__ import annotations

import io
import re
import shlex
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml
from rich.cells import cell_len

import embedkit
from embedkit.cli import main
from embedkit.plugin.registry import build_registry
from embedkit.recipe.bundled import bundled_recipes
from embedkit.recipe.load import load_recipe

PAGE = (Path(__file__).parents[2] / "docs" / "how-to" / "korean.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^\$ embedkit (.+)\n((?:(?!```|\$ ).*\n)+)```", PAGE, re.MULTILINE)
needs_kiwi = pytest.mark.skipif(find_spec("kiwipiepy") is None, reason="the extra [kiwi] is not installed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("korean")


@pytest.fixture(scope="module")
def printed(folder):
    """What each command of the page prints on a terminal of 80 columns."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("COLUMNS", "80")
        patch.delenv("FORCE_COLOR", raising=False)
        return {command: run(command) for command, _ in BLOCKS}


def run(command):
    with redirect_stdout(io.StringIO()) as output, pytest.raises(SystemExit) as ended:
        main(shlex.split(command))
    assert ended.value.code == 0
    return [line.rstrip() for line in output.getvalue().splitlines()]


def without_figures(lines):
    """The lines without what another processor may round otherwise: fractions, and the nearest words."""
    return [re.sub(r"(?:\S+ )?-?\d\.\d+(?:, )?", "…", line.rstrip()) for line in lines]


def test_five_commands_are_shown():
    assert [command.split()[0] for command, _ in BLOCKS] == ["run", "run", "compare", "explain", "explain"]


@needs_kiwi
@pytest.mark.parametrize(("command", "shown"), BLOCKS)
def test_the_commands_print_what_the_page_shows(printed, command, shown):
    wanted, output = without_figures(shown.splitlines()), without_figures(printed[command])
    begins = [at for at in range(len(output)) if output[at : at + len(wanted)] == wanted]
    assert len(begins) == 1, "\n".join(printed[command])


@needs_kiwi
def test_morphemes_cover_more_and_more_reviews_are_right(printed, folder):
    words, morphemes = (embedkit.Run(folder / "runs" / name) for name in ("words", "morphemes"))
    assert len(words.predictions) == len(morphemes.predictions) == 60
    right = {
        run: (run.predictions["label"] == run.predictions["predicted"]).sum() for run in (words, morphemes)
    }
    assert right[morphemes] - right[words] >= 6
    unseen = {run: run.predictions["unseen"].sum() / run.predictions["tokens"].sum() for run in right}
    assert unseen[morphemes] < 0.2 < 0.6 < unseen[words]


@needs_kiwi
def test_the_columns_of_an_explanation_align(printed):
    for command, _ in BLOCKS[-2:]:
        lines = printed[command]
        head = next(at for at, line in enumerate(lines) if line.startswith("token "))
        column = lines[head].index("state")
        rows = lines[head + 2 :]
        states = [re.search(r"  (covered|unseen)\b", row) for row in rows if row]
        assert len(states) >= 4
        starts = {cell_len(row[: state.start(1)]) for row, state in zip(rows, states, strict=False)}
        assert starts == {column}
        assert max(map(cell_len, lines)) <= 80


def test_the_reviews_are_sixty_and_half_of_them_good():
    data = yaml.safe_load(bundled_recipes()["korean"].path.read_text(encoding="utf-8"))["data"]["train"]
    assert len({*data["texts"]}) == 60
    assert data["labels"] == ["good", "bad"] * 30


@pytest.mark.parametrize("section", re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
def test_the_recipes_of_the_page_are_valid(section, tmp_path):
    plain = yaml.safe_load(section)
    filled = yaml.safe_load(bundled_recipes()["korean"].path.read_text(encoding="utf-8")) | plain
    if "name" not in plain and "data" in plain:
        filled = plain
    (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(filled, allow_unicode=True), encoding="utf-8")
    load_recipe(tmp_path / "recipe.yaml", build_registry())
