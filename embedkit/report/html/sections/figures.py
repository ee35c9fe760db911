"""The metrics of a run and its baselines, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from embedkit.evaluation.comparison.wording import beside_baselines, in_points, p_shown
from embedkit.evaluation.result import LeftOut
from embedkit.evaluation.summary import Estimate, Summary
from embedkit.report.html.blocks import Block, Cell, Figure, Note, Paragraph, Section, Table

if TYPE_CHECKING:
    from embedkit.evaluation.result import SplitMetrics, SplitSummary
    from embedkit.runs.run import Run

Metrics = Mapping[str, "SplitMetrics | SplitSummary"]


def metrics_of(run: Run) -> Metrics:
    """Return the metrics of a run by split, those over all folds and seeds where it has them."""
    return run.summaries if run.folds else run.results


def judged_split(run: Run) -> str:
    """Return the split that the run is judged by, the last one."""
    return [*run.metrics][-1]


def figures_section(run: Run) -> Section:
    """Return the metrics of every split, and the baselines of the last one."""
    found, split = metrics_of(run), judged_split(run)
    blocks: list[Block] = [_metrics_table(found)]
    if run.folds:
        blocks.append(Note(f"Means over {len(run.folds)} runs, with 95% intervals of the mean."))
    if any(not isinstance(each, LeftOut) for each in found[split].baselines.values()):
        blocks.append(_baseline_table(split, found[split]))
        blocks.append(Paragraph(beside_baselines(found[split].baselines, _over(found[split]))))
    return Section("figures", "Figures", blocks)


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal: `81.3%`."""
    return f"{100 * share:.1f}%"


def interval_shown(interval: Iterable[float]) -> str:
    """Return an interval of shares as percentages: `75.0 to 80.2%`."""
    low, high = interval
    return f"{100 * low:.1f} to {100 * high:.1f}%"


def number_cell(value: float | None) -> Figure:
    """Return a number as a cell of a table, with three decimals unless it is a count."""
    if value is None:
        return Figure(None, "not defined")
    return Figure(value, f"{value:,}" if isinstance(value, int) else f"{value:.3f}")


def _over(metrics: SplitMetrics | SplitSummary) -> str:
    return f"{len(metrics.n.folds)} runs" if isinstance(metrics.n, Summary) else f"n = {metrics.n:,}"


def _metrics_table(found: Metrics) -> Table:
    splits = [*found.values()]
    names = [name for name in splits[0].scores if any(_is_number(each.scores.get(name)) for each in splits)]
    rows: list[list[Cell]] = [["texts", *(_count(each.n) for each in splits)]]
    rows.append(["loss", *(_cell(each.loss) for each in splits)])
    rows += [[name, *(_cell(each.scores.get(name)) for each in splits)] for name in names]
    return Table("Metrics by split", ["", *found], rows)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Summary)


def _cell(value: object) -> Figure:
    if isinstance(value, Summary):
        if value.mean is None:
            return Figure(None, "not defined")
        if value.ci95 is None or value.std == 0:
            return Figure(value.mean, f"{value.mean:,.3f}".removesuffix(".000"))
        return Figure(value.mean, f"{value.mean:,.3f} ({value.ci95[0]:,.3f} to {value.ci95[1]:,.3f})")
    return number_cell(value if isinstance(value, int | float) else None)


def _count(n: int | Summary) -> Figure:
    """Return the number of texts or, over several runs, its mean."""
    if isinstance(n, Summary):
        return Figure(n.mean, "" if n.mean is None else f"{n.mean:,.6g}")
    return number_cell(n)


def _baseline_table(split: str, metrics: SplitMetrics | SplitSummary) -> Table:
    rows: list[list[Cell]] = []
    for name, each in metrics.baselines.items():
        if isinstance(each, LeftOut):
            continue
        mean = each.accuracy.mean if isinstance(each.accuracy, Estimate) else each.accuracy
        against = each.against_model
        difference = Figure(against.mean_difference, in_points(against))
        p = Figure(against.p_holm, "" if against.p_holm is None else p_shown(against.p_holm))
        rows.append([name, Figure(mean, percent(mean)), difference, p])
    return Table(
        f"Baselines on {split}", ["baseline", "accuracy", "less the model's", "Holm-corrected"], rows
    )
