"""What a run found, as a screenful on standard output."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from embedkit.cli.intrinsic_results import print_intrinsic
from embedkit.cli.repeated_results import print_repeated
from embedkit.evaluation.coverage import STATES

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.runs import Run

SHOWN = 5


def print_results(run: Run) -> None:
    """The metrics by split with n and interval, coverage, the wrong texts with most out of vocabulary.

    Of an intrinsic evaluation, its figures; of a run made of several, what they come to.
    """
    console = Console(highlight=False)
    if run.folds:
        print_repeated(run, console)
        return
    if not (run.path / "predictions.csv").is_file():
        print_intrinsic(run, console)
        return
    console.print(metrics_table(run.metrics))
    coverage = run.read_json("embedding.json")["coverage"]
    console.print(coverage_table(coverage))
    for sentence in looked_up_lines(coverage):
        console.print(sentence, soft_wrap=True)
    for split in [*run.metrics][-1:]:
        predictions = run.predictions[run.predictions["split"] == split]
        for line in wrong_lines(split, predictions, run.metrics[split]["n"]):
            console.print(line, soft_wrap=True)
    console.print(f"\nEverything is in {run.path}/", soft_wrap=True)


def metrics_table(metrics: Mapping[str, Mapping[str, Any]]) -> Table:
    """One column for each split: n, loss, and every metric that is one number; accuracy with its interval."""
    table = _table("", *metrics)
    for name in next(iter(metrics.values())):
        values = [figures[name] for figures in metrics.values()]
        if name == "accuracy_ci95":
            table.add_row("  95% interval", *(f"{low:.3f}–{high:.3f}" for low, high in values))
        elif not any(isinstance(value, dict) for value in values):
            table.add_row(name, *map(_figure, values))
    return table


def _figure(value: float | None) -> str:
    if value is None:
        return "not defined"
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def coverage_table(coverage: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Table:
    """One row for each split: the share of its tokens in every state."""
    table = _table("tokens of", "count", *STATES, "(cut)")
    for split, counts in coverage.items():
        tokens = counts["tokens"]
        total = sum(tokens[state] for state in STATES)
        shares = (f"{tokens[state] / total:.1%}" if total else "–" for state in STATES)
        table.add_row(split, f"{total:,}", *shares, f"{tokens['cut']:,}")
    return table


def looked_up_lines(coverage: Mapping[str, Mapping[str, Mapping[str, int]]]) -> list[str]:
    """For each split with tokens that training did not have and the source knows: how many."""
    return [
        f"{tokens['looked_up']:,} tokens of {split} have vectors though training did not have them: looked up"
        for split, counts in coverage.items()
        for tokens in [counts["tokens"]]
        if tokens["looked_up"]
    ]


def wrong_lines(split: str, predictions: pd.DataFrame, n: int) -> list[Text]:
    """The wrong texts of a split, those with the largest out-of-vocabulary share first."""
    wrong = predictions[predictions["label"] != predictions["predicted"]]
    if wrong.empty:
        return [Text(f"\nAll {n:,} texts of {split} are classified right.")]
    holding = int((wrong["oov_share"] > 0).sum())
    title = f"\n{len(wrong):,} of {n:,} texts of {split} are wrong; {holding:,} have tokens out of vocabulary"
    worst = wrong.sort_values("oov_share", ascending=False, kind="stable").head(SHOWN)
    shown = f" (the {SHOWN} with the largest share; all in predictions.csv):" if len(wrong) > SHOWN else ":"
    return [Text(title + shown), *(wrong_line(row) for row in worst.to_dict("records"))]


def wrong_line(row: Mapping[Hashable, Any]) -> Text:
    """One wrong text: id, labels, share, and its tokens, the out-of-vocabulary ones in [brackets]."""
    share = (
        "no tokens" if row["oov_share"] != row["oov_share"] else f"{row['oov_share']:.0%} out of vocabulary"
    )
    label, predicted = (row[key] or "no label" for key in ("label", "predicted"))
    verdict = f"{label}, predicted {predicted} ({row['probability']:.2f})"
    line = Text(f"  id {row['id']}: {verdict}, {share}\n    ")
    missing = [*row["oov_tokens"]]
    for token in row["token_list"]:
        outside = bool(missing) and token == missing[0]
        if outside:
            missing.pop(0)
        line.append(f"[{token}] " if outside else f"{token} ", style="yellow" if outside else "")
    line.rstrip()
    return line


def _table(*headings: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="left" if i == 0 else "right", no_wrap=True)
    return table
