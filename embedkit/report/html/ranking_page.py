"""The page of a ranking, or of a matrix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from embedkit.evaluation.ranking.rows import HEADINGS, Row, grouped, remarks
from embedkit.report.html.blocks import Block, Cell, Chart, Figure, Note, Page, Paragraph, Section, Table
from embedkit.report.html.charts import Axis, Series, interval_chart
from embedkit.report.html.sections.analyses import analyses_of, held_out_of, shared_errors
from embedkit.report.html.sections.predictions import confusion_section, texts_section
from embedkit.report.html.sections.rerun import rerun_section
from embedkit.runs.held_out_models import rows_held_out

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.held_out import HeldOut
    from embedkit.evaluation.ranking.result import Ranking
    from embedkit.runs.run import Run


def ranking_page(run: Run) -> Page:
    """Return the page of a ranking: the conclusion, the tiers, and the texts of the best candidate."""
    ranking = run.ranking
    about = f"{len(ranking.candidates)} candidates on {ranking.n:,} texts, in {ranking.folds} folds"
    name = run.path.resolve().name
    return Page(f"Ranking {name}", f"{about}, by {ranking.metric}.", [ranking.conclusion], [*_sections(run)])


def _sections(run: Run) -> Iterator[Section]:
    yield _tiers(run.ranking)
    held_out = held_out_of(run.errors)
    if held_out is not None:
        yield from shared_errors(run.errors)
    yield from _best(run, held_out)
    yield rerun_section(run)


def _best(run: Run, found: HeldOut | None) -> Iterator[Section]:
    """Yield what the best candidate predicted of the texts that were held out in each fold."""
    jobs = [job for job in run.jobs if job.axes.candidate == run.ranking.best and job.has_predictions]
    if not jobs:
        return
    import pandas as pd

    first = [job for job in jobs if job.axes.seed == jobs[0].axes.seed]
    frames = [rows_held_out(job.path, job.predictions) for job in first]
    held_out = pd.concat(frames)
    about = Paragraph(f"By {run.ranking.best}, each text by a model that was not trained on it.")
    sections = [
        confusion_section(held_out, held_out["split"].iloc[0]),
        *_analyses(found, run.ranking.best),
        texts_section(held_out, jobs[0].oov.analysis.state_set),
    ]
    yield from (replace(each, blocks=[about, *each.blocks]) for each in sections if each is not None)


def _analyses(found: HeldOut | None, best: str | None) -> Iterator[Section]:
    """Yield the analyses of the best candidate's models, if they ran all folds."""
    if found is not None and best in found.recipes:
        yield from analyses_of(found.of_models([i for i, name in enumerate(found.recipes) if name == best]))


def _tiers(ranking: Ranking) -> Section:
    groups = [*grouped(ranking)]
    rows = [[*_cells(row, ranking)] for group in groups for row in group]
    starts, found = [], 0
    for group in groups[:-1]:
        found += len(group)
        starts.append(found)
    blocks: list[Block] = [*_chart(ranking, groups)]
    blocks.append(Table("Candidates by tier", HEADINGS, rows, starts))
    blocks += [Note(sentence) for sentence in remarks(ranking) if sentence != ranking.conclusion]
    if ranking.failed:
        failed: list[list[Cell]] = [[name, reason] for name, reason in ranking.failed.items()]
        blocks.append(Table("Candidates that failed", ["candidate", "reason"], failed))
    return Section("tiers", "Tiers", blocks)


def _cells(row: Row, ranking: Ranking) -> Iterator[Cell]:
    own = ranking.candidates.get(row.candidate)
    against = own.against_best if own else None
    values = (
        own.mean if own else None,
        own.ci95[0] if own and own.ci95 else None,
        own.seconds if own else None,
        own.bytes if own else None,
        own.coverage if own else None,
        against.difference if against else None,
        against.p_holm if against else None,
    )
    yield from (row.tier, row.candidate)
    yield from (Figure(value, shown) for value, shown in zip(values, row.cells[2:], strict=True))


def _chart(ranking: Ranking, groups: list[list[Row]]) -> Iterator[Chart]:
    """Yield the chart of the means and their intervals, if any candidate has them."""
    drawn = [[row.candidate for row in group if _has_interval(ranking, row.candidate)] for group in groups]
    names = [name for group in drawn for name in group]
    if not names:
        return
    own = [ranking.candidates[name] for name in names]
    means = [each.mean or 0.0 for each in own]
    ends = [each.ci95 or (mean, mean) for each, mean in zip(own, means, strict=True)]
    found = Series(ranking.metric, means, [], [low for low, _ in ends], [high for _, high in ends])
    rules = [sum(map(len, drawn[:number])) for number in range(1, len(drawn))]
    svg = interval_chart(
        names, found, Axis(ranking.metric), [each for each in rules if 0 < each < len(names)]
    )
    said = "; ".join(f"{name} {mean:.3f}" for name, mean in zip(names, means, strict=True))
    yield Chart(f"Mean {ranking.metric} with 95% intervals, a rule between tiers", said, svg)


def _has_interval(ranking: Ranking, name: str) -> bool:
    own = ranking.candidates.get(name)
    return own is not None and own.mean is not None and own.ci95 is not None
