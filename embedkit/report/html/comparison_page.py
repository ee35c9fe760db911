"""The page of a comparison of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.evaluation.comparison.wording import between, p_shown, pair_verdict, points
from embedkit.report.html.blocks import Block, Cell, Figure, Note, Page, Section, Table
from embedkit.report.html.sections.figures import percent

if TYPE_CHECKING:
    from embedkit.evaluation.comparison.pairs import PairComparison
    from embedkit.evaluation.comparison.result import Comparison

CHANGED = 2_000
"""Texts that are listed."""


def comparison_page(comparison: Comparison) -> Page:
    """Return the page of a comparison: verdicts, accuracies, and the texts that come out differently."""
    names = [run.run for run in comparison.compared_runs]
    about = f"{len(names)} runs on the same {comparison.n:,} texts of {comparison.split}."
    verdicts = [pair_verdict(pair) for pair in comparison.compared_pairs]
    return Page("Comparison", about, verdicts, [_figures(comparison), _changed(comparison)])


def _figures(comparison: Comparison) -> Section:
    runs: list[list[Cell]] = [
        [each.run, Figure(each.accuracy, percent(each.accuracy)), Figure(each.seeds, str(each.seeds))]
        for each in comparison.compared_runs
    ]
    pairs = [_pair(pair) for pair in comparison.compared_pairs]
    headings = [
        "first",
        "second",
        "difference",
        "95% interval",
        "p",
        "corrected",
        "only first right",
        "only second right",
    ]
    blocks: list[Block] = [Table("Accuracy", ["run", "accuracy", "seeds"], runs)]
    blocks.append(Table("Pairs: the second run less the first", headings, pairs))
    return Section("figures", "Figures", blocks)


def _pair(pair: PairComparison) -> list[Cell]:
    return [
        pair.first,
        pair.second,
        Figure(pair.difference, f"{points(pair.difference)} points"),
        between(pair.ci95),
        Figure(pair.p, p_shown(pair.p)),
        Figure(pair.p_holm, "" if pair.p_holm is None else p_shown(pair.p_holm)),
        Figure(pair.only_first_right, f"{pair.only_first_right:,}"),
        Figure(pair.only_second_right, f"{pair.only_second_right:,}"),
    ]


def _changed(comparison: Comparison) -> Section:
    rows: list[list[Cell]] = []
    for each in comparison.changed_examples():
        if len(rows) == CHANGED:
            break
        first, second = (
            f"{each.first.run}: {each.first.predicted}",
            f"{each.second.run}: {each.second.predicted}",
        )
        rows.append([Figure(each.id, str(each.id)), each.label, first, second, each.text])
    n = len(comparison.changed)
    blocks: list[Block] = [Table("Texts", ["id", "label", "first", "second", "text"], rows)]
    if n > len(rows):
        blocks.append(Note(f"The first {len(rows):,} of {n:,}: embedkit compare --json has all."))
    return Section("changed", "Texts that come out differently", blocks)
