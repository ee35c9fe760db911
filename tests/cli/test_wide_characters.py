"""Columns align in terminal cells, of which a wide character takes two and a combining one none."""

from __future__ import annotations

from rich.cells import cell_len

import embedkit
from embedkit.report.terminal.cells import cut, padded, width_of

WORDS = ["영화", "film", "映画館", "e\u0301le\u0300ve", "ㄴ다", "각\u11a8", "👍🏽", "ﾊﾝ", "ไทย"]

PLUGIN = """
from embedkit.plugin_api import hookimpl

class Whole:
    '''글 하나를 토큰 하나로.'''

    def tokenize(self, texts):
        return [[text] for text in texts]

@hookimpl
def register_tokenizers(register):
    register("통째로", Whole)
    register("whole", Whole)
"""


def starts(lines, *parts):
    """The cell at which a part begins in each line."""
    return {cell_len(line[: line.index(part)]) for line, part in zip(lines, parts, strict=True)}


def test_widths_are_those_of_rich():
    characters = filter(str.isprintable, map(chr, range(0xA0, 0x3000)))  # others are escaped
    for text in [*WORDS, "plain", "a–b", *characters]:
        assert width_of(text) == cell_len(text), text
    for text in WORDS:
        assert cell_len(padded(text, 12)) == 12
        assert padded(text, 0) == text
        assert cell_len(cut(text * 30, 11)) in (10, 11)


def test_a_cut_text_ends_with_an_ellipsis():
    assert cut("영화관", 6) == "영화관"
    assert cut("영화관", 5) == "영화…"
    assert cut("영화관", 4) == "영…"
    assert cut("cinema", 5) == "cine…"


def test_words_of_vectors_align(embedkit_command, tmp_path):
    path = tmp_path / "vectors.txt"
    rows = "".join(f"{word} {i} 1\n" for i, word in enumerate(WORDS))
    path.write_text(f"{len(WORDS)} 2\n{rows}", encoding="utf-8")
    done = embedkit_command("vectors", "lookup", path, *WORDS)
    head, *lines = done.out.splitlines()
    assert len(starts([head, *lines], "  row", *(f"  {i}  " for i in range(len(WORDS))))) == 1


def test_components_with_wide_names_align(embedkit_command, install):
    install("embedkit-whole", PLUGIN, entries=["whole"])
    lines = embedkit_command("plugins", "--kind", "tokenizer").out.splitlines()
    rows = [line for line in lines if "whole" in line]
    assert len(rows) == 2
    assert len(starts([*rows, lines[1]], "embedkit-whole", "embedkit-whole", "embedkit-text")) == 1
    assert len(starts(rows, *["글 하나를"] * 2)) == 1


def test_long_wide_labels_are_wrapped_and_figures_are_not_cut(embedkit_command, monkeypatch, tmp_path):
    label = "가나다라마바사아자차카타파하" * 3
    recipe = {
        "name": "wide",
        "data": {
            "train": {"use": "inline", "texts": ["좋다", "나쁘다"] * 2, "labels": [label, "나쁨"] * 2},
            "test": {"use": "inline", "texts": ["좋다 영화", "좋다 새로운"], "labels": [label, "나쁨"]},
        },
        "tokenizer": "whitespace",
        "embedding": {"use": "random", "dim": 2},
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"function_words": [], "baselines": []},
    }
    run = embedkit.run(recipe, out=tmp_path / "run")
    monkeypatch.setenv("COLUMNS", "80")
    lines = embedkit_command("explain", run.path).out.splitlines()
    row = next(
        at for at in range(len(lines) - 1, 0, -1) if lines[at].startswith("가나다") and "%" in lines[at]
    )
    assert lines[row].split()[1:] == ["2", "50.0%", "2", "50.0%"]
    end = next(at for at in range(row, len(lines)) if lines[at].startswith("나쁨"))
    assert "".join(line.split()[0] for line in lines[row:end]) == label
    assert max(map(cell_len, lines[row - 3 : end + 1])) <= 80


def test_combinations_with_wide_values_align(embedkit_command, tmp_path):
    recipe = tmp_path / "grid.yaml"
    recipe.write_text(
        "data:\n  train: {use: inline, texts: [좋다, 나쁘다], labels: [좋음, 나쁨]}\n"
        "tokenizer: {use: regex}\nembedding: {use: random, dim: 2}\nencoder: bag\n"
        "matrix:\n  tokenizer.pattern: [다, 나쁘]\n  seed: [1, 22]\n",
        encoding="utf-8",
    )
    lines = embedkit_command("show", "--matrix", recipe).out.splitlines()[1:]
    assert len(lines) == 4
    assert len(starts(lines, *["seed="] * 4)) <= 2
    assert len(starts(lines, *["tokenizer.pattern="] * 4)) == 1, "\n".join(lines)
