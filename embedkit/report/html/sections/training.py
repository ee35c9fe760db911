"""The learning curves of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.report.html.blocks import Chart, Note, Row, Section
from embedkit.report.html.charts import Axis, Series, line_chart
from embedkit.runs import layout

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.runs.run import Run

NO_SCORES = ("fold", "seed", "epoch", "split", "batch_loss", "seconds", "examples_per_second")


def training_section(run: Run) -> Section | None:
    """Return the loss and the first metric by epoch and split; None for a model that has no epochs."""
    runs = [each for each in (run.folds or [run]) if each.has(layout.HISTORY)]
    if not runs:
        return None
    import pandas as pd

    history = pd.concat([each.history for each in runs])
    named = [str(name) for name in history if name not in NO_SCORES][:2]
    blocks = [Row([_chart(history, name) for name in named])]
    if len(runs) > 1:
        return Section("training", "Training", [*blocks, Note(f"Means over {len(runs)} runs.")])
    return Section("training", "Training", blocks)


def _chart(history: pd.DataFrame, name: str) -> Chart:
    means = history.groupby(["split", "epoch"], sort=False)[name].mean()
    series = []
    for split in dict.fromkeys(history["split"]):
        own = means[split].sort_index()
        series.append(Series(split, own.index.tolist(), own.tolist()))
    said = "; ".join(f"{each.name} {each.y[0]:.3f} to {each.y[-1]:.3f}" for each in series)
    svg = line_chart(series, Axis("epoch", whole=True), Axis(name))
    return Chart(f"{name} by epoch", f"{name} from the first to the last epoch: {said}", svg)
