"""Which words of a run have vectors, and whether errors go with those that have none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from embedkit.report.html.blocks import Block, Cell, Chart, Figure, Note, Paragraph, Section, Table
from embedkit.report.html.charts import Axis, Series, line_chart
from embedkit.report.html.sections.figures import interval_shown, judged_split, percent

if TYPE_CHECKING:
    from embedkit.evaluation.oov.result import Bucket, MissingWord, OovAnalysis, WordCounts
    from embedkit.runs.run import Run

MISSING = 50
"""Missing words that are listed."""


def coverage_section(run: Run) -> Section:
    """Return the shares of tokens by split, class and state, and the most frequent missing words."""
    analysis, split = run.oov.analysis, judged_split(run)
    splits = {name: each.coverage for name, each in analysis.splits.items()}
    blocks: list[Block] = [_shares("Tokens by state", splits, analysis)]
    classes = analysis.splits[split].coverage.classes
    if classes:
        blocks.append(_shares(f"Tokens of {split} by class and state", classes, analysis))
    if missing := analysis.splits[split].missing:
        blocks.append(_missing(missing[:MISSING], split, analysis))
    return Section("coverage", "Words and vectors", blocks)


def errors_section(run: Run) -> Section | None:
    """Return how the error rate goes with the out-of-vocabulary share; None if none are known."""
    analysis, split = run.oov.analysis, judged_split(run)
    errors = analysis.splits[split].errors
    if not run.labelled(split) or not errors.wrong:
        return None
    buckets = [each for each in errors.content.buckets if each.n and each.error_rate is not None]
    described = analysis.state_set.described
    blocks: list[Block] = [Paragraph(errors.verdict, strong=True)]
    if len(buckets) > 1:
        blocks.append(_chart(buckets, described))
    blocks.append(_buckets(buckets, described))
    odds = errors.odds_ratio
    if odds.value is not None and odds.ci95 is not None:
        low, high = odds.ci95
        said = f"{odds.value:.2f} (95% {low:.2f} to {high:.2f})"
        blocks.append(
            Note(f"Odds ratio of an error for each {odds.per:g} more of the share, given the length: {said}.")
        )
    return Section("missing-words", "Errors and missing words", blocks)


def _shares(caption: str, found: Mapping[str, WordCounts], analysis: OovAnalysis) -> Table:
    rows: list[list[Cell]] = []
    states = analysis.state_set.states
    for name, each in found.items():
        counts = each.tokens.all
        total = counts.total
        shares = (
            Figure(counts.by_state[state] / total if total else None, _share(counts.by_state[state], total))
            for state in states
        )
        rows.append([name, Figure(total, f"{total:,.0f}"), *shares])
    return Table(caption, ["", "tokens", *states], rows)


def _share(count: float, total: float) -> str:
    return f"{100 * count / total:.2f}%" if total else "none"


def _missing(missing: Sequence[MissingWord], split: str, analysis: OovAnalysis) -> Table:
    rows: list[list[Cell]] = [
        [
            each.word,
            Figure(each.count, f"{each.count:,g}"),
            each.state,
            "content word" if each.content else "function word",
        ]
        for each in missing
    ]
    title = f"The most frequent {analysis.state_set.described_words} of {split}"
    return Table(title, ["word", "count", "state", "kind"], rows)


def _buckets(buckets: list[Bucket], described: str) -> Table:
    rows: list[list[Cell]] = []
    for each in buckets:
        assert each.error_rate is not None
        rate = Figure(each.error_rate, percent(each.error_rate))
        interval = interval_shown(each.ci95) if each.ci95 else ""
        n, wrong = Figure(each.n, f"{each.n:,g}"), Figure(each.wrong, f"{each.wrong:,g}")
        rows.append([_range(each), n, wrong, rate, interval])
    title = f"Error rate by the share of content words {described}"
    return Table(title, ["share", "texts", "wrong", "error rate", "95% interval"], rows)


def _range(bucket: Bucket) -> str:
    if bucket.over is None:
        return "none" if bucket.up_to == 0 else f"up to {100 * bucket.up_to:g}%"
    return f"over {100 * bucket.over:g} to {100 * bucket.up_to:g}%"


def _chart(buckets: list[Bucket], described: str) -> Chart:
    rates = [(each.up_to, each.error_rate or 0.0, each.ci95) for each in buckets]
    series = Series.of_points("error rate", ((at, rate, ends or (rate, rate)) for at, rate, ends in rates))
    x, y = Axis(f"share of content words {described}, up to"), Axis("error rate", (0, None))
    said = "; ".join(f"{_range(each)}: {percent(each.error_rate or 0)}" for each in buckets)
    title = "Error rate by share, with 95% intervals"
    return Chart(title, f"Error rate by share: {said}", line_chart([series], x, y))
