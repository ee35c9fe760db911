"""recipes, validate, show, schema."""

from __future__ import annotations

import json
import re

import pytest

from embedkit.plugin.registry import build_registry
from embedkit.recipe.bundled import bundled_recipes
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core


def test_recipes_lists_each_with_its_command(embedkit_command):
    done = embedkit_command("recipes")
    assert done.code == 0
    for recipe in bundled_recipes().values():
        assert f"{recipe.name}\n    {recipe.summary}\n    $ {recipe.command}\n" in done.out
    assert embedkit_command("recipes", "list").out == done.out
    listed = json.loads(embedkit_command("recipes", "list", "--json").out)
    assert [entry["name"] for entry in listed] == [*bundled_recipes()]


def test_a_recipe_is_copied_to_start_from(embedkit_command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    schema = "embedkit.schema.json\n    by which editors complete and check recipes\n"
    assert (
        embedkit_command("recipes", "copy", "quickstart").out
        == f"quickstart.yaml\n    $ embedkit run quickstart.yaml\n{schema}"
    )
    assert (tmp_path / "quickstart.yaml").read_bytes() == bundled_recipes()["quickstart"].path.read_bytes()
    again = embedkit_command("recipes", "copy", "quickstart")
    assert (again.code, again.err.splitlines()[0]) == (2, "error: quickstart.yaml: the file exists already")
    (tmp_path / "embedkit.schema.json").write_text("{}")
    mine = embedkit_command("recipes", "copy", "quickstart", "--to", "mine.yaml")
    assert (mine.code, mine.out) == (0, "mine.yaml\n    $ embedkit run mine.yaml\n")
    assert (tmp_path / "embedkit.schema.json").read_text() == "{}"


@pytest.mark.parametrize("name", ["quickstart", "kim2014/mr-rand"])
def test_a_copy_names_the_schema_that_is_written_beside_it(name, embedkit_command, tmp_path):
    copy = tmp_path / "mine.yaml"
    assert embedkit_command("recipes", "copy", name, "--to", copy).code == 0
    assert copy.read_text().splitlines()[2] == "# yaml-language-server: $schema=./embedkit.schema.json"
    schema = json.loads((tmp_path / "embedkit.schema.json").read_text(encoding="utf-8"))
    assert schema["title"] == "embedkit recipe"


def test_copying_an_unknown_recipe_offers_the_nearest(embedkit_command):
    done = embedkit_command("recipes", "copy", "quickstrat")
    assert done.code == 2
    assert "unknown recipe 'quickstrat' - did you mean 'quickstart'?" in done.err


def test_validate_says_ok_for_each(embedkit_command):
    done = embedkit_command("validate", *bundled_recipes())
    assert (done.code, done.err) == (0, "")
    sizes = {"quickstart-matrix": ", 6 combinations"}
    sizes |= dict.fromkeys(("mapped/mr", "mapped/sst2"), ", 3 combinations")
    assert done.out == "".join(f"{name}: ok{sizes.get(name, '')}\n" for name in bundled_recipes())


def test_validate_reports_the_faults_of_every_recipe_at_once(embedkit_command, tmp_path):
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(
            "data: {train: {use: inlin}}\ntokenizer: whitespace\nencoder: {use: rnn}\n"
        )
    done = embedkit_command("validate", tmp_path / "one.yaml", tmp_path / "two.yaml", "quickstart")
    assert done.code == 2
    assert done.out == "quickstart: ok\n"
    faults = [line for line in done.err.splitlines() if line.startswith("error: ")]
    assert sum("one.yaml" in fault for fault in faults) == sum("two.yaml" in fault for fault in faults) == 3
    assert "one.yaml:1: data.train: unknown reader 'inlin' - did you mean 'inline'?" in done.err


def test_show_prints_a_recipe_that_loads_to_itself(embedkit_command, tmp_path):
    shown = embedkit_command("show", "quickstart", "--set", "training.epochs=3")
    path = tmp_path / "shown.yaml"
    path.write_text(shown.out)
    assert load_recipe(path, build_registry()).to_yaml() == shown.out
    assert "  epochs: 3\n" in shown.out
    assert "  min_count: 1\n" in shown.out


MATRIX = """\
data: {train: {use: tsv, path: x.tsv}, test: {share: 0.2}}
tokenizer: whitespace
encoder: {use: bag}
matrix:
  embedding: [{use: random, dim: 5}, {use: vectors, path: é.bin}]
  seed: [1, 2]
"""


@pytest.fixture
def matrix(tmp_path):
    (tmp_path / "mine.yaml").write_text(MATRIX, encoding="utf-8")
    return tmp_path / "mine.yaml"


def test_show_prints_a_matrix_that_loads_to_an_equal_one_elsewhere(embedkit_command, matrix, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    shown = tmp_path / "elsewhere" / "shown.yaml"
    shown.write_text(embedkit_command("show", matrix).out, encoding="utf-8")
    assert load_recipe(shown, build_registry()) == load_recipe(matrix, build_registry())


def test_show_lists_the_combinations_of_a_matrix(embedkit_command, matrix):
    done = embedkit_command("show", matrix, "--matrix", "--set", "matrix.exclude=[{seed: 2}]")
    first, *lines = done.out.splitlines()
    assert first == "mine: 2 combinations"
    assert re.fullmatch(r"  random-dim-5--seed-1 +embedding=\{use: random, dim: 5\}  seed=1", lines[0])
    assert lines[1].startswith("  vectors-é.bin-")
    assert len(lines) == 2
    assert embedkit_command("show", matrix, "--matrix").out.startswith(
        "mine: 4 combinations of 2 candidates\n"
    )


def test_show_says_that_a_recipe_has_no_matrix(embedkit_command):
    done = embedkit_command("show", "quickstart", "--matrix")
    assert done.code == 2
    assert "error: quickstart: has no key 'matrix', whose combinations could be listed" in done.err


def test_validate_names_the_combination_and_the_line(embedkit_command, matrix):
    assert embedkit_command("validate", matrix).out == f"{matrix}: ok, 4 combinations\n"
    matrix.write_text(MATRIX.replace("dim: 5", "dim: 0"), encoding="utf-8")
    done = embedkit_command("validate", matrix)
    assert done.code == 2
    assert f"{matrix}:5: in 2 combinations, such as random-dim-0--seed-1: embedding.dim: " in done.err


def test_validate_reads_the_data_of_every_combination(embedkit_command, matrix, tmp_path):
    pytest.importorskip("torch")
    section = "matrix: {data.train.path: [a.tsv, b.tsv], training.lr: [0.1, 0.2]}"
    base = MATRIX[: MATRIX.index("matrix:")] + "embedding: {use: random, dim: 5}\n"
    matrix.write_text(f"{base}{section}\n", encoding="utf-8")
    (tmp_path / "a.tsv").write_text("text\tlabel\n" + "good\tpos\nbad\tneg\n" * 5)
    done = embedkit_command("validate", "--data", matrix)
    assert done.code == 2
    assert done.err.count("error: ") == 1
    assert "in combination path-b.tsv-" in done.err
    assert "b.tsv' does not exist" in done.err
    (tmp_path / "b.tsv").write_text("text\tlabel\n" + "fine\tpos\npoor\tneg\n" * 5)
    done = embedkit_command("validate", "--data", matrix)
    assert (done.code, done.out) == (0, f"{matrix}: ok, 4 combinations\n")


def test_schema_is_one_json_document(embedkit_command):
    schema = json.loads(embedkit_command("schema").out)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
