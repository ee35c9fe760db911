"""The table of a ranking on a screen and in documents, with names that are hostile to each."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest

from embedkit.evaluation.ranking.documents import (
    latex,
    markdown,
    ranking_csv,
    ranking_latex,
    ranking_markdown,
)
from embedkit.evaluation.ranking.fields import Trainings
from embedkit.evaluation.ranking.race import Dropped
from embedkit.evaluation.ranking.ranking import Course, make_ranking
from embedkit.evaluation.ranking.result import COLUMNS
from embedkit.evaluation.ranking.rows import HEADINGS
from embedkit.evaluation.ranking.scores import CandidateScores, FoldScores, Measure
from embedkit.report.terminal.ranking import partial_table, print_ranking
from embedkit.report.terminal.screen import Screen

HOSTILE = "a|b\x1b[31m\n% $x^2_{1}$ \\end{tabular} & <b>#~`--"


def scored(name, accuracy, folds=10, **cost):
    generator = np.random.default_rng(len(name))
    ids = np.arange(1, 1001)
    right = (np.random.default_rng(0).random(1000) + generator.normal(0, 0.05, 1000) < accuracy).astype(float)
    own = {f: FoldScores(ids[f::10], right[f::10], float(right[f::10].mean()), 1 / 9) for f in range(folds)}
    return CandidateScores(name, own, **cost)


def ranked(candidates, **course):
    trainings = Trainings(sum(len(own.folds) for own in candidates), 10 * len(candidates))
    return make_ranking(candidates, Measure(), Course(10, trainings, 83.4, **course))


@pytest.fixture
def ranking():
    candidates = [
        scored("a long name+cnn-frozen", 0.8, seconds=12.3, bytes=36_000_000, coverage=0.981),
        scored("b", 0.797, seconds=0.25, bytes=999),
        scored(HOSTILE, 0.5, seconds=3.0),
        scored("gone", 0.4, folds=2, seconds=3.0),
    ]
    return ranked(
        candidates, race=True, dropped={"gone": Dropped("b", 1, 3e6)}, failed={"broken": "no \x1bfile"}
    )


def test_a_screen_has_tiers_costs_the_dropped_the_failed_and_what_it_shows(ranking, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    print_ranking(ranking)
    shown = capsys.readouterr().out
    assert shown.startswith(ranking.conclusion[:40]), "the verdict stands first"
    rows = [re.split(r"\s{2,}", line.strip()) for line in shown.splitlines()]
    best = next(row for row in rows if "a long name+cnn-frozen" in row)
    assert best[0] == "1"
    assert best[4:] == ["12", "36.0 MB", "98.1%", "best", "–"]
    assert next(row for row in rows if "gone" in row)[0] == "out"
    assert next(row for row in rows if "gone" in row)[-1] == "2 folds"
    assert "broken failed: no \\x1bfile" in shown
    said = " ".join(shown.split())
    assert "cannot be told apart" in said
    assert "Cheapest of the first tier: b (0.2 s a training, 999 B)." in said
    assert "32 trainings of the 40 of the full grid in 83 s" in said
    assert "\x1b" not in shown


def test_fifteen_candidates_fit_forty_lines_of_a_hundred_columns(capsys):
    names = [f"GoogleNews-vectors-negative300+{kind}" for kind in ("mean", "cnn", "cnn-frozen")]
    names += [f"glove-6b-50d+candidate-{number}" for number in range(12)]
    accuracies = np.linspace(0.95, 0.1, 15)
    print_ranking(ranked([scored(*pair, seconds=1) for pair in zip(names, accuracies, strict=True)]))
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100


def test_eighty_columns_show_whole_names_without_size_and_coverage(ranking, capsys, monkeypatch):
    from embedkit.report.terminal.ranking import tier_table
    from embedkit.report.terminal.screen import Screen

    Screen(width=80).print(tier_table(ranking, 80))
    shown = capsys.readouterr().out
    assert "a long name+cnn-frozen" in shown
    assert "MB" not in shown


def test_the_partial_table_has_means_and_folds_and_claims_no_tiers(capsys):
    candidates = [scored("b", 0.7, folds=3), scored("a", 0.8, folds=3), scored("gone", 0.9, folds=1)]
    candidates += [scored("waiting", 0.5, folds=0)]
    Screen(width=100).print(partial_table(candidates, Measure(), {"gone": Dropped("a", 0, 1e4)}, 10))
    heading, _, *rows = capsys.readouterr().out.splitlines()
    assert "tier" not in heading
    assert [row.removeprefix("out").split()[0] for row in rows] == ["a", "b", "gone"]
    assert rows[0].rstrip().endswith("3 of 10")
    assert rows[2].startswith("out")


def test_csv_has_a_row_for_each_candidate_with_whole_figures(ranking):
    heading, *rows = csv.reader(io.StringIO(ranking_csv(ranking)))
    assert heading == [*COLUMNS]
    assert {row[0] for row in rows} == {"a long name+cnn-frozen", "b", HOSTILE, "gone"}
    best = dict(zip(heading, rows[0], strict=True))
    assert float(best["mean"]) == ranking.candidates["a long name+cnn-frozen"].mean
    assert best["bytes"] == "36000000"
    assert best["difference"] == best["dropped_by"] == ""
    gone = dict(zip(heading, rows[-1], strict=True))
    assert (gone["tier"], gone["dropped_after"], gone["dropped_by"], gone["p"]) == ("", "1", "b", "")


def test_markdown_has_as_many_cells_in_each_row_whatever_the_names(ranking):
    table = [line for line in ranking_markdown(ranking).splitlines() if line.startswith("|")]
    assert len(table) == 2 + 5
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in table} == {len(HEADINGS) + 1}
    assert "<b>" not in ranking_markdown(ranking)


def test_latex_has_as_many_cells_in_each_row_whatever_the_names(ranking):
    source = ranking_latex(ranking)
    rows = [line for line in source.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 1 + 5
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {len(HEADINGS) - 1}
    for rule in (r"\toprule", r"\midrule", r"\bottomrule"):
        assert rule in source
    assert source.count(r"\end{tabular}") == 1
    assert "$-" in source


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("50% of $5 & #1_a", r"50\% of \$5 \& \#1\_a"),
        ("\\input{x}", r"\textbackslash{}input\{x\}"),
        ("a~b^c", r"a\textasciitilde{}b\textasciicircum{}c"),
        ("a--b---c-d", "a-{}-b-{}-{}-c-d"),
        ("line\nfeed", r"line\textbackslash{}nfeed"),
        ("größer", "größer"),
    ],
)
def test_latex_shows_every_character(text, shown):
    assert latex(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a|b", r"a\|b"),
        ("*x* _y_ `z`", r"\*x\* \_y\_ \`z\`"),
        ("[a](javascript:b)", r"\[a\](javascript&#58;b)"),
        ("<script>&", "&lt;script&gt;&amp;"),
        ("two\nlines", r"two\\nlines"),
    ],
)
def test_markdown_shows_every_character(text, shown):
    assert markdown(text) == shown
