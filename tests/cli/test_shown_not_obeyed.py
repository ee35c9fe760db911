"""What a terminal would obey, in texts, labels, words, names and paths: every command shows it escaped."""

from __future__ import annotations

import io
import json
import sys
import unicodedata
from dataclasses import dataclass

import pytest

from embedkit.cli import main

EVIL = "\x1b]0;PWNED\x07\x1b[2J\x9b2J\u202e[/b][bold]:boom:\tx\r\ny"
SHOWN = r"\x1b]0;PWNED\x07\x1b[2J\x9b2J\u202e[/b][bold]:boom:\tx\r\ny"
LABELS = [f"one{EVIL}", "[/red]"]
TEXTS = [f"good {EVIL} film", "bad dull film", "good \u2028 story", "bad café tale"] * 3


@dataclass
class Ended:
    """What a call came to; standard output as bytes."""

    code: object
    out: bytes
    err: bytes

    @property
    def text(self) -> str:
        return self.out.decode() + self.err.decode()


def call(*arguments, encoding="utf-8"):
    """Call the command line in this process, with standard streams of this encoding."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding=encoding, write_through=True) for _ in range(2)]
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = streams
    try:
        main([str(argument) for argument in arguments])
    except SystemExit as ended:
        return Ended(ended.code, *(stream.buffer.getvalue() for stream in streams))
    finally:
        sys.stdout, sys.stderr = before


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a name of the kind, and in it two runs on texts and labels of the kind."""
    folder = tmp_path_factory.mktemp("shown") / "\x1b[31m\n[/b]"
    folder.mkdir(parents=True)
    rows = [{"text": text, "label": LABELS[number % 2]} for number, text in enumerate(TEXTS)]
    (folder / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    recipe = {
        "name": "evil",
        "data": {name: {"use": "jsonl", "path": "data.jsonl"} for name in ("train", "test")},
        "tokenizer": {"use": "regex", "pattern": "[^ ]+"},
        "vocabulary": {"min_count": 4},
        "embedding": {"use": "random", "dim": 4},
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"baselines": ["majority"]},
    }
    (folder / "recipe.yaml").write_text(json.dumps(recipe))
    for name, seed in (("one[/b]", 1), ("two\x1b[2J", 2)):
        done = call("run", folder / "recipe.yaml", "--out", folder / name, "--set", f"seed={seed}")
        assert done.code == 0, done.err
        shows_only_text(done)
    return folder


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    monkeypatch.setenv("COLUMNS", "400")


def shows_only_text(done, name=""):
    assert ("Traceback" in done.text) == (name == "traceback"), name
    strange = {c for c in done.text if c != "\n" and unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")}
    assert not strange - {"\t"}, name
    assert "\u202e" not in done.text, name


def calls(folder):
    one, two = folder / "one[/b]", folder / "two\x1b[2J"
    vectors = folder / "v\x1b[2J.vec"
    vectors.write_text("2 2\n\x1b[2J 1 2\nb 3 4\n")
    return {
        "explain": ("explain", one),
        "explain --id": ("explain", one, "--id", "1"),
        "explain --json": ("explain", one, "--json"),
        "explain, no such split": ("explain", one, "--split", EVIL),
        "compare": ("compare", one, two),
        "compare --json": ("compare", one, two, "--json"),
        "predict": ("predict", one, f"good {EVIL}", "bad"),
        "predict --json": ("predict", one, f"good {EVIL}", "--json"),
        "no run": ("predict", folder / "none", "text"),
        "validate": ("validate", folder / "recipe.yaml"),
        "validate --data": ("validate", folder / "recipe.yaml", "--data"),
        "no recipe": ("validate", folder / EVIL.replace("/", "")),
        "show": ("show", folder / "recipe.yaml", "--set", f"data.label_separator={json.dumps(EVIL)}"),
        "set": ("show", folder / "recipe.yaml", "--set", f"encoder.use={json.dumps(EVIL)}"),
        "set, key": ("show", folder / "recipe.yaml", "--set", f"{EVIL}=1"),
        "command": (EVIL,),
        "option": ("explain", one, f"--{EVIL}"),
        "option's value": ("explain", one, "--id", EVIL),
        "blocked": ("-p", EVIL, "plugins"),
        "plugins show": ("plugins", "show", EVIL),
        "recipes copy": ("recipes", "copy", EVIL),
        "recipes copy --to": ("recipes", "copy", "quickstart", "--to", folder / "copied\x1b.yaml"),
        "vectors info": ("vectors", "info", vectors),
        "vectors check": ("vectors", "check", vectors),
        "vectors lookup": ("vectors", "lookup", vectors, "\x1b[2J", EVIL),
        "vectors neighbours": ("vectors", "neighbours", vectors, "b"),
        "vectors, no file": ("vectors", "info", folder / "none\x1b"),
        "vectors convert": ("vectors", "convert", vectors, folder / "c\x1b.bin"),
        "traceback": ("--traceback", "predict", folder / "none", "text"),
        "cache": ("cache", "list"),
        "already there": ("run", folder / "recipe.yaml", "--out", one),
    }


def test_every_command_shows_data_and_obeys_none(folder):
    for name, arguments in calls(folder).items():
        done = call(*arguments)
        assert done.code in (0, 1, 2), name
        shows_only_text(done, name)


def test_predict_prints_a_line_of_three_fields_for_each_text(folder):
    done = call("predict", folder / "one[/b]", "a\tb", "c\nd", f"e{EVIL}")
    lines = done.out.decode().split("\n")
    assert lines.pop() == ""
    assert [line.split("\t")[2] for line in lines] == [r"a\tb", r"c\nd", f"e{SHOWN}"]
    assert {len(line.split("\t")) for line in lines} == {3}
    assert {line.split("\t")[0] for line in lines} <= {f"one{SHOWN}", "[/red]"}


def test_labels_and_texts_are_shown_whole(folder):
    shown = call("explain", folder / "one[/b]").text
    assert f"one{SHOWN}" in shown
    assert "[/red]" in shown
    assert call("explain", folder / "one[/b]", "--id", "1").text.count(SHOWN.split("\\t")[0]) >= 2


def test_json_says_what_the_file_says(folder):
    done = call("predict", folder / "one[/b]", f"good {EVIL}", "--json")
    assert json.loads(done.out)[0]["text"] == f"good {EVIL}"
    assert all(byte >= 32 or byte == 10 for byte in done.out)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1", "koi8-r"])
def test_what_the_screen_cannot_say_is_escaped_and_the_exit_code_stays(folder, encoding):
    one = folder / "one[/b]"
    out = folder / encoding
    assert call("run", folder / "recipe.yaml", "--out", out, encoding=encoding).code == 0
    assert call("explain", one, encoding=encoding).code == 0
    assert call("compare", one, folder / "two\x1b[2J", encoding=encoding).code == 0
    done = call("predict", one, "\u4f60 caf\xe9", encoding=encoding)
    assert done.code == 0
    assert r"\u4f60" in done.out.decode(encoding)
    told = json.loads(
        call("predict", one, "\u4f60 caf\xe9", "--json", encoding=encoding).out.decode(encoding)
    )
    assert told[0]["text"] == "\u4f60 caf\xe9"
    missing = call("predict", folder / "\u4f60", "x", encoding=encoding)
    assert missing.code == 2
    assert r"\u4f60: no finished run" in missing.err.decode(encoding)


def test_a_recipe_that_the_screen_cannot_say_is_shown_as_the_same_recipe(folder):
    from embedkit.recipe.yaml import parse

    arguments = ("show", folder / "recipe.yaml", "--set", 'data.label_separator="\u4f60"')
    shown = [call(*arguments, encoding=encoding).out.decode(encoding) for encoding in ("utf-8", "ascii")]
    assert shown[0] != shown[1]
    plain = [parse(text, str)[0] for text in shown]
    assert plain[0] == plain[1]
    assert plain[0]["data"]["label_separator"] == "\u4f60"
