"""The pages that are made from the code are what the code says, and say something about everything."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from page_blocks import as_pinned

from embedkit.cli.inventory import key_records
from embedkit.cli.program import COMMANDS
from embedkit.hookspecs import KINDS
from embedkit.plugin.registry import build_registry

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"


@pytest.fixture(scope="module")
def generator():
    """The module that makes the pages."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT / "docs"))
        import generate_reference

        yield generate_reference


def text_of(name):
    return (REFERENCE / name).read_text(encoding="utf-8")


@pytest.mark.skipif(
    not as_pinned("click", "pydantic"),
    reason="the pages are made with the click and pydantic of constraints.txt",
)
def test_the_pages_are_what_the_code_says(generator, capsys):
    assert generator.main(["--check"]) == 0, capsys.readouterr().out


def test_a_page_that_is_missing_or_changed_is_named(generator, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generator, "ROOT", tmp_path)
    (tmp_path / "docs" / "reference").mkdir(parents=True)
    (tmp_path / "recipes").mkdir()
    assert generator.main([]) == 0
    assert generator.main(["--check"]) == 0
    (tmp_path / "docs" / "reference" / "errors.md").write_text("# Errors\n")
    (tmp_path / "recipes" / "embedkit.schema.json").unlink()
    assert generator.main(["--check"]) == 1
    named = {Path(line.split()[0]).name for line in capsys.readouterr().out.splitlines()}
    assert named == {"errors.md", "embedkit.schema.json"}


def test_every_bundled_component_is_there_with_each_key_and_its_meaning():
    page = text_of("components.md")
    components = [each for each in build_registry().components() if each.bundled]
    assert len(components) > 60
    for component in components:
        section = page.partition(f"\n### {component.kind} `{component.name}`\n")[2].partition("\n##")[0]
        assert f"From the plugin `{component.plugin.entry}`." in section
        for key, record in key_records(component).items():
            row = re.search(rf"^\| `{key}` \| (.+) \| (.+) \| (.+) \|$", section, re.MULTILINE)
            assert row is not None, (component, key)
            assert (row[2] == "required") == record.required
    assert all(
        f"`{kind.built_in and next(iter(kind.built_in))}`" in page for kind in KINDS.values() if kind.built_in
    )


@pytest.mark.parametrize("name", ["components.md", "recipe-keys.md", "command-line.md", "errors.md"])
def test_no_key_option_or_error_is_without_a_meaning(name):
    rows = re.findall(r"^\|.*\|$", text_of(name), re.MULTILINE)
    assert len(rows) > 10
    assert [row for row in rows if re.search(r"\| \|$", row)] == []


def test_every_command_has_a_section():
    page = text_of("command-line.md")
    assert [name for name in COMMANDS if f"\n## `embedkit {name}`\n" not in page] == []


def test_keys_of_a_ranking_and_a_matrix_are_there():
    page = text_of("recipe-keys.md")
    for key in ("ranking.alpha", "candidates", "include", "exclude", "data.folds.count", "intrinsic.case"):
        assert f"| `{key}` |" in page
