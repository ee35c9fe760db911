"""The pages on matrices: their recipes and commands do what is shown."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from embedkit.cli import main
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "how-to" / "run-a-matrix.md").read_text(encoding="utf-8")
REFERENCE = (DOCS / "reference" / "recipes.md").read_text(encoding="utf-8")
RECIPE, MIXED = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = re.findall(r"^\$ embedkit ((?:validate|show) .+)\n((?:[^$`].*\n)+)", PAGE, re.MULTILINE)


@pytest.mark.parametrize(("command", "shown"), COMMANDS)
def test_the_commands_print_what_the_page_shows(command, shown, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("vectors.yaml").write_text(RECIPE)
    with pytest.raises(SystemExit) as ended:
        main(shlex.split(command))
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (0, shown), printed.err


def test_three_commands_are_shown():
    assert len(COMMANDS) == 3


def test_word_vectors_and_a_text_encoder_are_combinations_of_one_matrix(tmp_path):
    (tmp_path / "mixed.yaml").write_text(f"{RECIPE.partition('matrix:')[0]}{MIXED}")
    loaded = load_recipe(tmp_path / "mixed.yaml", build_registry())
    assert [each.recipe.embedding.use for each in loaded.combinations] == [
        *("glove-6b-50d",) * 2,
        *("word2vec-train",) * 2,
        "transformers",
    ]


def test_the_example_of_the_reference_page_makes_the_combinations_that_it_says(tmp_path):
    section = REFERENCE.partition("## Matrix")[2].partition("\n## ")[0]
    (recipe,) = re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)
    (tmp_path / "matrix.yaml").write_text(recipe)
    loaded = load_recipe(tmp_path / "matrix.yaml", build_registry())
    assert len(loaded.combinations) == 7
    assert sum(each.recipe.training.epochs == 40 for each in loaded.combinations) == 2
    ids = [each.id for each in loaded.combinations]
    assert "random-dim-50--oov-zero--epochs-40--lr-0.01" in ids
    assert any(re.match(r"word2vec-binary-vectors\.bin-[0-9a-f]{8}--", id) for id in ids)
