"""The out-of-vocabulary analysis of a run as tables: coverage, classes, missing words, error rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from rich import box
from rich.table import Table

from embedkit.evaluation.coverage import OUT_OF_VOCABULARY, STATES
from embedkit.report.terminal.lines import name_shown

WIDTH = 18
"""How many characters the longest bar has: the table then fits into 80 columns."""

Splits = Mapping[str, Mapping[str, Any]]
"""By split what oov.json says of it."""


def coverage_table(splits: Splits) -> Table:
    """Return a table with two rows for each split: shares of all tokens and of content tokens by state."""
    table = plain_table("tokens of", "count", *STATES, "(cut)")
    for split, found in splits.items():
        coverage = found["coverage"]
        table.add_row(split, *_shares(coverage["tokens"]["all"]), counted(coverage["cut"]))
        table.add_row("  content", *_shares(coverage["tokens"]["content"]), "")
    return table


def _shares(counts: Mapping[str, int]) -> Iterator[str]:
    total = sum(counts[state] for state in STATES)
    yield counted(total)
    yield from (f"{counts[state] / total:.1%}" if total else "–" for state in STATES)


def looked_up_lines(splits: Splits) -> list[str]:
    """Return a line for each split with tokens that were looked up: the source has them, training did not."""
    counts = {split: found["coverage"]["tokens"]["all"]["looked_up"] for split, found in splits.items()}
    return [
        f"{counted(count)} tokens of {split} have vectors though training did not have them: looked up"
        for split, count in counts.items()
        if count
    ]


def class_table(classes: Mapping[str, Any]) -> Table:
    """Return a table with a row for each class: tokens, content tokens, their out-of-vocabulary shares."""
    table = plain_table("class", "tokens", "out of vocabulary", "content", "out of vocabulary")
    for label, counts in classes.items():
        both = [counts["tokens"][of] for of in ("all", "content")]
        table.add_row(name_shown(label) or "no label", *chain.from_iterable(map(_missing, both)))
    return table


def _missing(counts: Mapping[str, int]) -> tuple[str, str]:
    total = sum(counts[state] for state in STATES)
    missing = sum(counts[state] for state in OUT_OF_VOCABULARY)
    return counted(total), f"{missing / total:.1%}" if total else "–"


def missing_table(missing: Sequence[Mapping[str, Any]], shown: int = 10) -> Table:
    """Return a table of the most frequent out-of-vocabulary words: count, state, and whether structural."""
    table = plain_table("missing", "count", "state", "")
    for word in missing[:shown]:
        kind = "" if word["content"] else "structural"
        table.add_row(name_shown(word["word"]), counted(word["count"]), word["state"], kind)
    return table


def bucket_table(buckets: Sequence[Mapping[str, Any]], title: str = "content") -> Table:
    """Return a table of error rates by share, with bars.

    A bar is full up to the interval's lower end, and shaded up to its upper end.
    """
    table = plain_table(
        f"{title}\nout of vocabulary", "\ntexts", "\nwrong", "error\nrate", "\n95% interval", ""
    )
    table.columns[-1].justify = "left"
    there = [bucket for bucket in buckets if bucket["n"]]
    longest = max((bucket["ci95"][1] for bucket in there), default=1.0)
    for bucket in there:
        low, high = bucket["ci95"]
        rate = bucket["error_rate"]
        figures = counted(bucket["n"]), counted(bucket["wrong"]), f"{rate:.1%}", f"{low:.1%}–{high:.1%}"
        table.add_row(_range(bucket), *figures, _bar(low / longest, rate / longest, high / longest))
    return table


def _range(bucket: Mapping[str, Any]) -> str:
    over, up_to = bucket["over"], bucket["up_to"]
    if over is None:
        return "none"
    return f"over {over:.0%}" if up_to == 1 else f"{100 * over:.0f}–{up_to:.0%}"


def _bar(low: float, rate: float, high: float) -> str:
    ends = [round(WIDTH * end) for end in (low, rate, high)]
    return "█" * ends[0] + "▓" * (ends[1] - ends[0]) + "░" * (ends[2] - ends[1])


def plain_table(*headings: str) -> Table:
    """Return an empty table without edges, its first column aligned to the left, the others to the right."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="left" if i == 0 else "right", no_wrap=True)
    return table


def counted(number: float) -> str:
    """Return a count as text; a mean of counts is rounded to the nearest integer."""
    return f"{number:,.0f}"
