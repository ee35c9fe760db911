"""The texts of a run: classes, lengths, repetitions, and the warnings that were given about them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from embedkit.report.html.blocks import Block, Cell, Figure, Note, Section, Table
from embedkit.report.html.sections.figures import percent
from embedkit.runs import layout

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.runs.run import Run

LENGTHS = (("shortest", 0.0), ("10%", 0.1), ("median", 0.5), ("90%", 0.9), ("longest", 1.0))


def data_section(run: Run, predictions: pd.DataFrame) -> Section:
    """Return the classes, lengths and repeated texts of what the run predicted, a row for each text."""
    blocks: list[Block] = [_classes(predictions), _lengths(predictions), Note(_repeated(predictions))]
    found = warnings_of(run)
    if found:
        rows: list[list[Cell]] = [[text, Figure(count, f"{count:,}")] for text, count in found.items()]
        blocks.append(Table("Warnings about the data", ["warning", "runs"], rows))
    return Section("data", "Data", blocks)


def warnings_of(run: Run) -> dict[str, int]:
    """Return the warnings in the logs of a run and its inner runs, with how many runs have each."""
    counted: dict[str, int] = {}
    for each in run.folds or [run]:
        for text in dict.fromkeys(_warnings(each)):
            counted[text] = counted.get(text, 0) + 1
    return counted


def _warnings(run: Run) -> list[str]:
    if not run.has(layout.LOG):
        return []
    lines = run.file(layout.LOG).read_text(encoding="utf-8").splitlines()
    events = [json.loads(line) for line in lines]
    return [str(event["event"]) for event in events if event.get("level") == "warning"]


def _classes(frame: pd.DataFrame) -> Table:
    splits = frame["split"].unique().tolist()
    counts = {split: frame.loc[frame["split"] == split, "label"].value_counts() for split in splits}
    labels = sorted(
        {*frame["label"].dropna()}, key=lambda label: -int(sum(c.get(label, 0) for c in counts.values()))
    )
    rows: list[list[Cell]] = []
    for label in labels:
        own = [(int(counts[split].get(label, 0)), int(counts[split].sum())) for split in splits]
        cells = (Figure(n, f"{n:,} ({percent(n / total)})" if total else "0") for n, total in own)
        rows.append([str(label), *cells])
    return Table("Texts by class and split", ["class", *splits], rows)


def _lengths(frame: pd.DataFrame) -> Table:
    rows: list[list[Cell]] = []
    for split, own in frame.groupby("split", sort=False):
        quantiles = own["tokens"].quantile([at for _, at in LENGTHS])
        cut = int((own["cut"] > 0).sum()) if "cut" in own else 0
        rows.append(
            [str(split), *(Figure(float(q), f"{q:,.0f}") for q in quantiles), Figure(cut, f"{cut:,}")]
        )
    return Table("Tokens of a text", ["split", *(name for name, _ in LENGTHS), "texts cut"], rows)


def _repeated(frame: pd.DataFrame) -> str:
    labels = frame.groupby("text", sort=False)["label"].agg(["size", "nunique"])
    repeated = int((labels["size"] > 1).sum())
    if not repeated:
        return "No text repeats."
    contradictory = int((labels["nunique"] > 1).sum())
    splits = frame.groupby("text", sort=False)["split"].nunique()
    across = int((splits > 1).sum())
    return (
        f"{repeated:,} texts occur more than once, {contradictory:,} of them with different labels,"
        f" {across:,} in more than one split."
    )
