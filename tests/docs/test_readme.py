"""Every command of the README runs, in the order in which it stands there."""

from __future__ import annotations

import os
import re
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from page_blocks import as_pinned

from embedkit.cli import main
from embedkit.experiments.ranking.request import RankRequest, ranking_of
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe
from embedkit.runs.reporter import Reporter

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (.+)$", README, re.MULTILINE)
INSTALL = 'python -m pip install -c constraints.txt ".[glove]" && embedkit rank quickstart --out runs/ranking'
TEST = "python -m pip install -c constraints.txt tox && python -m tox"

made_with_pins = pytest.mark.skipif(
    not as_pinned("nltk", "numpy", "scikit-learn", "torch"),
    reason="the figures are those of the versions in constraints.txt",
)


@pytest.fixture
def newcomer(tmp_path, monkeypatch):
    """A folder with the files that the README speaks of."""
    from gensim.models import KeyedVectors

    monkeypatch.chdir(tmp_path)
    vectors = KeyedVectors(vector_size=300)
    words = ["great", "nerd", "best", "good"]
    vectors.add_vectors(words, np.random.default_rng(0).standard_normal((4, 300), dtype=np.float32))
    vectors.save_word2vec_format("GoogleNews-vectors-negative300.bin.gz", binary=True)
    vectors.save_word2vec_format("vectors.bin", binary=True)
    rows = [f"{'pos' if i % 2 else 'neg'}\t{'good' if i % 2 else 'bad'} film {i}" for i in range(40)]
    Path("reviews.tsv").write_text("\n".join(["label\ttext", *rows]) + "\n")
    return tmp_path


def test_the_commands_are_counted():
    assert len(COMMANDS) == 22
    assert COMMANDS[0] == INSTALL
    assert COMMANDS[-1] == TEST


def test_continuous_integration_runs_the_readmes_test_command():
    pattern = re.search(r"sed -n 's/(.+)/\\1/p' README.md", (ROOT / ".ci" / "run").read_text()).group(1)
    assert re.findall(pattern.replace(r"\(", "(").replace(r"\)", ")"), README, re.MULTILINE)[0] == TEST


def test_every_command_runs(newcomer, capsys):
    for command in [COMMANDS[0].partition(" && ")[2], *COMMANDS[1:-1]]:
        if "reviews-word2vec" in command:
            continue
        run(f"{command} --minutes 0.25" if " rank " in command else command)
        printed = capsys.readouterr()
        assert printed.out, command
    made = {path.name for path in (newcomer / "runs").iterdir()}
    assert made == {
        "ranking",
        "reviews-ranked",
        "quickstart",
        "notebook",
        "googlenews",
        "mine",
        "evaluation",
        "bag",
    }


@made_with_pins
def test_quickstart_prints_what_the_readme_shows(newcomer, capsys, monkeypatch):
    """Its stages, its baselines and its coverage, which are the same on every machine."""
    monkeypatch.setenv("COLUMNS", "80")
    run("embedkit run quickstart --out runs/quickstart")
    printed = capsys.readouterr()
    shown = README.partition("$ embedkit run quickstart --out runs/quickstart\n")[2].partition("```text\n")[2]
    stages, _, screen = shown.partition("```")[0].partition("analysing errors\n")
    told = [line for line in stages.splitlines() if not line.startswith("epoch")]
    assert [line for line in printed.err.splitlines() if not line.startswith("epoch")][: len(told)] == told
    same = [
        line
        for line in screen.splitlines()
        if re.match("be told apart|majority|tfidf|nbsvm|test +72", line) or "Of the content tokens" in line
    ]
    assert len(same) == 5
    assert {*same} <= {line.rstrip() for line in printed.out.splitlines()}


def test_the_readme_shows_the_candidates_of_the_ranking():
    """Which are best depends on rounding, and a ranking of all takes a minute: see tests/newcomer."""
    table = README.partition("```text\n")[2].partition("```")[0]
    shown = re.findall(r"^(?:\d|out) +(\S+) +0\.\d", table, re.MULTILINE)
    recipe = ranking_of(RankRequest("quickstart"), build_registry(["transformers"]), Reporter())
    assert sorted(shown) == sorted(recipe.candidates)
    assert len(table.splitlines()) <= 40


@made_with_pins
@pytest.mark.skipif("EMBEDKIT_DATA" not in os.environ, reason="EMBEDKIT_DATA is not set")
def test_reviews_print_what_the_readme_shows(newcomer, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    (command,) = [command for command in COMMANDS if "reviews-word2vec" in command]
    run(command)
    shown = README.partition(command)[2].partition("```text\n")[2].partition("```")[0]
    expected = shown.partition("evaluating\n")[2].splitlines()
    printed = capsys.readouterr().out.splitlines()
    shown_accuracy, accuracy = (
        [
            float(line.removeprefix(model).split()[0])
            for model in ("this model  ", "majority  ", "tfidf-logistic-regression  ", "nbsvm  ")
            for line in lines
            if line.startswith(model)
        ]
        for lines in (expected, printed)
    )
    assert len(accuracy) == 4
    assert accuracy == pytest.approx(shown_accuracy, abs=0.02)


def test_the_whole_recipe_is_valid(tmp_path):
    (tmp_path / "recipe.yaml").write_text(yaml_block())
    recipe = load_recipe(tmp_path / "recipe.yaml", build_registry())
    assert (recipe.name, recipe.training.lr, recipe.embedding.trainable) == ("my-reviews", 1e-3, "missing")


def test_the_python_example_runs(newcomer):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    assert names["run"].ids().shape == (7, 4)
    assert len(names["run"].history) == 5
    assert names["vectors"].lookup(["great", "nerd", "qwzx"]).found.tolist() == [True, True, False]
    shutil.rmtree("runs")


def test_the_links_lead_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert len(links) > 10
    assert [link for link in links if not (ROOT / link).exists()] == []


def yaml_block() -> str:
    (block,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    return block


def run(command: str) -> None:
    arguments = shlex.split(command)
    assert arguments[0] == "embedkit"
    with pytest.raises(SystemExit) as ended:
        main(arguments[1:])
    assert ended.value.code == 0, command
