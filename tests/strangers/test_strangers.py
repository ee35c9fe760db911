"""Real distributions beside embedkit: `shout` works, `broken` ends the program, `taken` takes a name.

They lie in the directories beside this file, with a stranger of every kind; `install_strangers.py` has pip
install all of them, as it installs anybody's.
"""

from __future__ import annotations

import csv
import importlib.metadata
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import embedkit
from embedkit.errors import PluginError, RecipeError

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "how-to" / "write-a-plugin.md"
STRANGERS = ("shout", "broken", "taken")


def installed(stranger):
    try:
        return importlib.metadata.version(f"embedkit-{stranger}")
    except importlib.metadata.PackageNotFoundError:
        return None


if not any(map(installed, STRANGERS)):
    pytest.skip("tox installs them", allow_module_level=True)

RECIPE = """
name: shouting
data:
  train:
    use: inline
    texts: [a great film, a dull film, great fun, dull and slow]
    labels: [good, bad, good, bad]
tokenizer: {use: shout, ending: "!"}
embedding: {use: random, dim: 4}
encoder: {use: rnn, hidden_size: 3}
training: {epochs: 1, batch_size: 2}
"""
LIST_MODULES = "import atexit, sys; atexit.register(lambda: print(*sys.modules, file=sys.stderr)); "
BOTH = "'nltk-tweet' is claimed by tweet of embedkit-taken 2.1.0 and nltk of embedkit-text {}"
BLOCK = "Block one of them: embedkit -p no:embedkit-taken:tweet or -p no:embedkit-text:nltk …"


@pytest.fixture(autouse=True)
def _lenient(monkeypatch):
    """Continuous integration is strict about plugins; two of these are meant to fail."""
    monkeypatch.delenv("EMBEDKIT_STRICT_PLUGINS", raising=False)
    monkeypatch.delenv("EMBEDKIT_DISABLE_PLUGINS", raising=False)


@pytest.fixture
def recipe(tmp_path):
    file = tmp_path / "shouting.yaml"
    file.write_text(RECIPE, encoding="utf-8")
    return file


def call(*arguments, prelude="", cwd=None, **environment):
    program = [sys.executable, "-P", "-c", f"{prelude}from embedkit.cli import main; main()"]
    return subprocess.run(
        [*program, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
    )


def words_of(run):
    with (run / "vocabulary.csv").open(encoding="utf-8", newline="") as file:
        return [row["word"] for row in csv.DictReader(file)][2:]


@pytest.mark.parametrize("stranger", STRANGERS)
def test_what_is_installed_lies_beside_this_file(stranger):
    project = tomllib.loads((HERE / stranger / "pyproject.toml").read_text("utf-8"))
    assert installed(stranger) == project["project"]["version"]


@pytest.mark.skipif(os.environ.get("EMBEDKIT_EXPECTED_BUILD") != "wheel", reason="tox installs a wheel")
def test_they_stand_beside_the_wheel():
    home = Path(embedkit.__file__).parents[1]
    assert home.name == "site-packages"
    done = call("--help", prelude="import embedkit; print(embedkit.__file__); ")
    assert done.stdout.splitlines()[0] == embedkit.__file__


def test_its_tokenizer_runs_in_a_recipe(recipe, tmp_path):
    done = call("run", recipe, "--out", tmp_path / "run", "-q")
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert words_of(tmp_path / "run") == ["A!", "GREAT!", "FILM!", "DULL!", "FUN!", "AND!", "SLOW!"]
    environment = json.loads((tmp_path / "run" / "environment.json").read_text("utf-8"))
    assert environment["plugins"]["embedkit-shout:shout"] == {"version": "0.3.0", "state": "loaded"}
    assert environment["plugins"]["embedkit-broken:whisper"] == {"version": "0.0.7", "state": "failed"}
    predicted = call("predict", tmp_path / "run", "a great film", "--json")
    assert [token["token"] for token in json.loads(predicted.stdout)[0]["tokens"]] == [
        "A!",
        "GREAT!",
        "FILM!",
    ]


def test_its_tokenizer_runs_from_python(recipe, tmp_path):
    run = embedkit.run(recipe, out=tmp_path / "run", set={"tokenizer": "shout"})
    assert words_of(tmp_path / "run") == ["A", "GREAT", "FILM", "DULL", "FUN", "AND", "SLOW"]
    assert [*run.predictions["label"]] == ["good", "bad", "good", "bad"]
    with pytest.raises(
        RecipeError, match=r"unknown tokenizer 'shout'[\s\S]*Not in use: shout of embedkit-shout"
    ):
        embedkit.run(recipe, out=tmp_path / "other", block=["embedkit-shout"])
    assert not (tmp_path / "other").exists()


def test_its_option_is_checked_like_any_other(recipe):
    done = call("validate", recipe, "--set", "tokenizer.endign=?", "--set", "tokenizer.ending=3")
    assert done.returncode == 2
    assert "unknown key 'endign' - did you mean 'ending'? (allowed: ending)" in done.stderr
    assert "tokenizer.ending: expected a text, got the integer 3" in done.stderr


def test_all_three_are_listed_with_distribution_and_version():
    done = call("plugins")
    rows = [line.split() for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert ["tokenizer", "shout", "embedkit-shout", "0.3.0", "loaded"] in [row[:5] for row in rows]
    assert ["command", "shout", "embedkit-shout", "0.3.0", "installed"] in [row[:5] for row in rows]
    assert ["tokenizer", "nltk-tweet", "embedkit-taken", "2.1.0", "conflict"] in [row[:5] for row in rows]
    failed = "plugin whisper embedkit-broken 0.0.7 failed SystemExit: whispering needs a licence"
    assert failed.split() in rows


def test_the_list_as_json():
    listed = json.loads(call("plugins", "--json").stdout)
    (shout,) = [p for p in listed["plugins"] if p["distribution"] == "embedkit-shout"]
    assert (shout["version"], shout["state"], shout["hooks"]) == ("0.3.0", "loaded", ["register_tokenizers"])
    (broken,) = [p for p in listed["plugins"] if p["distribution"] == "embedkit-broken"]
    assert (broken["version"], broken["state"], broken["hooks"]) == ("0.0.7", "failed", [])


def test_neither_of_the_others_stops_a_recipe_that_does_not_need_them():
    done = call("validate", "quickstart", "notebook-random")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_name_claimed_twice_is_nobodys(recipe):
    done = call("validate", recipe, "--set", "tokenizer=nltk-tweet")
    assert done.returncode == 2
    assert BOTH.format(embedkit.__version__) in done.stderr
    assert BLOCK in done.stderr


@pytest.mark.parametrize("name", ["embedkit-taken", "Embedkit_Taken", "tweet", "embedkit-taken:tweet"])
def test_blocking_one_of_two_claimants_frees_the_name(recipe, name):
    done = call("-p", f"no:{name}", "show", recipe, "--set", "tokenizer=nltk-tweet")
    assert done.returncode == 0, done.stderr
    assert "use: nltk-tweet" in done.stdout
    assert "strip_handles: false" in done.stdout


def test_blocking_the_bundled_claimant_leaves_the_other(recipe):
    done = call("-p", "no:embedkit-text:nltk", "show", recipe, "--set", "tokenizer=nltk-tweet")
    assert (done.returncode, "strip_handles" in done.stdout) == (0, False), done.stderr


def test_a_broken_plugin_is_a_suspect_for_what_is_missing(recipe):
    done = call("validate", recipe, "--set", "tokenizer=whisper")
    assert done.returncode == 2
    assert "unknown tokenizer 'whisper'" in done.stderr
    suspect = "Not in use: whisper of embedkit-broken 0.0.7 (failed: SystemExit: whispering needs a licence)"
    assert suspect in done.stderr


def test_strictness_names_the_broken_one(recipe, monkeypatch):
    done = call("validate", recipe, EMBEDKIT_STRICT_PLUGINS="1")
    assert done.returncode == 2
    assert "plugin whisper of embedkit-broken 0.0.7: SystemExit: whispering needs a licence" in done.stderr
    assert call("-p", "no:embedkit-broken", "validate", recipe, EMBEDKIT_STRICT_PLUGINS="1").returncode == 0
    monkeypatch.setenv("EMBEDKIT_STRICT_PLUGINS", "1")
    with pytest.raises(PluginError, match=r"embedkit-broken 0\.0\.7"):
        embedkit.run(recipe)


def test_its_command_is_in_the_help_without_being_imported():
    done = call("--help", prelude=LIST_MODULES)
    assert done.returncode == 0
    assert re.search(r"^  shout +From embedkit-shout 0\.3\.0\.$", done.stdout, re.MULTILINE)
    assert "embedkit.cli.program" in done.stderr.split()
    assert not {"embedkit_shout", "embedkit_broken", "embedkit_taken"} & {*done.stderr.split()}


def test_its_command_runs_and_imports_no_other_plugin():
    done = call("shout", "a great film", prelude=LIST_MODULES)
    assert (done.returncode, done.stdout) == (0, "A\nGREAT\nFILM\n")
    assert "embedkit_shout" in done.stderr.split()
    assert not {"embedkit_broken", "embedkit_taken", "embedkit_nltk"} & {*done.stderr.split()}


@pytest.mark.parametrize("name", ["embedkit-shout", "embedkit-shout:shout", "shout"])
def test_blocking_a_distribution_blocks_its_command(name):
    for done in (
        call("-p", f"no:{name}", "shout", "x"),
        call("shout", "x", EMBEDKIT_DISABLE_PLUGINS=name),
    ):
        assert done.returncode == 2
        assert "unknown command 'shout'" in done.stderr
    assert "shout" not in call("-p", f"no:{name}", "--help").stdout


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), flags=re.DOTALL)


def test_the_how_to_shows_the_files_that_are_installed():
    assert blocks("toml") == [(HERE / "shout" / "pyproject.toml").read_text("utf-8")]
    assert blocks("python")[0] == (HERE / "shout" / "embedkit_shout.py").read_text("utf-8")


def test_the_how_tos_recipe_runs(tmp_path):
    (shown,) = blocks("yaml")
    (tmp_path / "shout.yaml").write_text(shown, encoding="utf-8")
    done = call("run", "shout.yaml", "--out", "run", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert words_of(tmp_path / "run")[:2] == ["A", "GREAT"]


def test_the_how_tos_commands_print_what_it_shows(tmp_path):
    (tmp_path / "shout.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    shown = [block.partition("\n") for block in blocks("console")]
    assert len(shown) == 5
    for command, _, output in shown:
        assert command.startswith("$ embedkit ")
        done = call(*shlex.split(command)[2:], cwd=tmp_path)
        assert done.stdout + done.stderr == output, command


def test_the_how_tos_test_passes():
    names = {}
    (tested,) = [block for block in blocks("python") if "def test_shout" in block]
    exec(compile(tested, PAGE.name, "exec"), names)
    names["test_shout"]()
    assert len(blocks("python")) == 5
