"""Labels, words and texts of any length on a screen: cut where they stand among others."""

from __future__ import annotations

import pytest

import embedkit

LONG = ["x" * 5_000, "y" * 5_000]
WORD = "z" * 5_000
TEXTS = [f"good {WORD}", "bad film", f"fine {WORD} {WORD} end", "poor " + "film " * 5_000]
CUT = 60


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs on long labels, words and texts; the second learns next to nothing."""
    folder = tmp_path_factory.mktemp("long")
    source = {"use": "inline", "texts": TEXTS * 3, "labels": LONG * 6}
    recipe = {
        "name": "long",
        "seed": 1,
        "data": {"train": source, "test": {**source, "labels": [LONG[0], LONG[1], *LONG[::-1]] * 3}},
        "tokenizer": "whitespace",
        "vocabulary": {"min_count": 4},
        "embedding": {"use": "random", "dim": 4},
        "encoder": "bag",
        "training": {"epochs": 9, "lr": 0.5},
        "evaluation": {"baselines": ["majority"]},
    }
    first = embedkit.run(recipe, out=folder / "first")
    second = embedkit.run(recipe, out=folder / "second", set={"training.lr": 1e-9, "training.epochs": 1})
    return first, second


COMMANDS = {
    "explain": lambda first, second: ("explain", first.path),
    "explain --id": lambda first, second: ("explain", first.path, "--id", "1"),
    "compare": lambda first, second: ("compare", first.path, second.path),
    "run": lambda first, second: (
        *("run", first.path / "recipe.yaml", "--out", first.path.with_name("again")),
    ),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_labels_and_words_are_cut_where_they_stand_among_others(name, runs, embedkit_command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20000")
    done = embedkit_command(*COMMANDS[name](*runs))
    assert done.code == 0, done.err
    cut = "x" * (CUT - 1) + "…"
    assert cut in done.out
    assert "x" * CUT not in done.out + done.err
    assert "y" * CUT not in done.out + done.err
    if name != "explain --id":
        assert max(map(len, done.out.splitlines())) < 1_500


def test_one_text_is_shown_whole(runs, embedkit_command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20000")
    done = embedkit_command("explain", runs[0].path, "--id", "3", "--split", "test")
    assert f"<fine> {WORD} {WORD} <end>" in done.out


def test_of_a_wrong_text_what_is_left_out_is_counted(runs, embedkit_command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20000")
    done = embedkit_command("explain", runs[0].path, "--split", "test")
    cut = {line.strip() for line in done.out.splitlines() if "more tokens" in line}
    (long,) = {line for line in cut if "film film" in line}
    shown = long.split(" … and ")[0].split()
    assert long.endswith(f" … and {5_001 - len(shown):,} more tokens")
    (wide,) = cut - {long}
    assert wide == f"<fine> {'z' * 994}… … and 2 more tokens"
