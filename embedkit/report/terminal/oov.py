"""The out-of-vocabulary analysis of a run as tables: coverage, classes, missing words, error rates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table

from embedkit.evaluation.oov.fits import fit_line, mean_fit_line
from embedkit.model.token_states import OF_PIECES, OF_WORDS, StateSet
from embedkit.report.terminal.lines import name_shown

if TYPE_CHECKING:
    from embedkit.evaluation.oov.result import Bucket, CountsByState, MissingWord, SplitAnalysis, WordCounts
    from embedkit.model.policy_fit import PolicyFit
    from embedkit.runs.run import Run

    Splits = Mapping[str, SplitAnalysis]

WIDTH = 18
"""How many characters the longest bar has: the table then fits into 80 columns."""


def coverage_table(splits: Splits) -> Table:
    """Return a table with two rows for each split: shares of all tokens and of content tokens by state."""
    state_set = next(iter(splits.values())).coverage.state_set
    table = plain_table("tokens of", "count", *state_set.states, "(cut)")
    for split, found in splits.items():
        tokens = found.coverage.tokens
        table.add_row(split, *_shares(tokens.all), counted(found.coverage.cut))
        table.add_row("  content", *_shares(tokens.content), "")
    return table


def _shares(counts: CountsByState) -> Iterator[str]:
    total = counts.total
    yield counted(total)
    yield from (f"{count / total:.1%}" if total else "–" for count in counts.by_state.values())


def amount_lines(splits: Splits) -> list[str]:
    """Return a line for each split on the amounts of its tokens: those looked up, or their pieces."""
    counts = {split: found.coverage.tokens.all for split, found in splits.items()}
    return [_amount_line(split, count) for split, count in counts.items() if count.amount]


def _amount_line(split: str, counts: CountsByState) -> str:
    if counts.state_set == OF_PIECES:
        return f"words of {split} have {counts.amount / counts.total:.2f} pieces on average"
    amount = counted(counts.amount)
    return f"{amount} tokens of {split} have vectors though training did not have them: looked up"


def fit_lines(run: Run) -> list[str]:
    """Return a line for each policy that learnt its vectors: how well it predicts those of held-out words.

    For several runs, a line has the means over those in which the policy learnt any.
    """
    if not run.folds:
        return [fit_line(each) for each in run.fits]
    by_place: dict[tuple[int, str], list[PolicyFit]] = {}
    for fold in run.folds:
        for place, each in enumerate(fold.fits):
            by_place.setdefault((place, each.policy), []).append(each)
    return [mean_fit_line(fits) for fits in by_place.values()]


def class_table(classes: Mapping[str, WordCounts], state_set: StateSet = OF_WORDS) -> Table:
    """Return a table with a row for each class: tokens, content tokens, their out-of-vocabulary shares."""
    share = "\n".join(state_set.described.rsplit(" ", 1))
    table = named_table("\nclass", "\ntokens", share, "\ncontent", share)
    for label, counts in classes.items():
        both = (counts.tokens.all, counts.tokens.content)
        table.add_row(name_shown(label) or "no label", *chain.from_iterable(map(_missing, both)))
    return table


def _missing(counts: CountsByState) -> tuple[str, str]:
    total = counts.total
    return counted(total), f"{counts.missing / total:.1%}" if total else "–"


def missing_table(missing: Sequence[MissingWord], shown: int = 10) -> Table:
    """Return a table of the most frequent out-of-vocabulary words: count, state, and whether structural.

    For a text encoder, the mean number of pieces of each word comes after its state.
    """
    of_pieces = any(word.pieces is not None for word in missing)
    headings = ("in pieces", "count", "state", "pieces") if of_pieces else ("missing", "count", "state")
    table = named_table(*headings, "")
    for word in missing[:shown]:
        kind = "" if word.content else "structural"
        pieces = [] if word.pieces is None else [f"{word.pieces:.3g}"]
        table.add_row(name_shown(word.word), counted(word.count), word.state, *pieces, kind)
    return table


def bucket_table(buckets: Iterable[Bucket], title: str = "content", state_set: StateSet = OF_WORDS) -> Table:
    """Return a table of error rates by share, with bars.

    A bar is full up to the interval's lower end, and shaded up to its upper end.
    """
    table = plain_table(
        f"{title}\n{state_set.described}", "\ntexts", "\nwrong", "error\nrate", "\n95% interval", ""
    )
    table.columns[-1].justify = "left"
    there = [
        (bucket, bucket.error_rate, *bucket.ci95)
        for bucket in buckets
        if bucket.error_rate is not None and bucket.ci95
    ]
    longest = max((high for *_, high in there), default=1.0)
    for bucket, rate, low, high in there:
        figures = counted(bucket.n), counted(bucket.wrong), f"{rate:.1%}", f"{low:.1%}–{high:.1%}"
        table.add_row(_range(bucket), *figures, _bar(low / longest, rate / longest, high / longest))
    return table


def _range(bucket: Bucket) -> str:
    if bucket.over is None:
        return "none"
    return f"over {bucket.over:.0%}" if bucket.up_to == 1 else f"{100 * bucket.over:.0f}–{bucket.up_to:.0%}"


def _bar(low: float, rate: float, high: float) -> str:
    ends = [round(WIDTH * end) for end in (low, rate, high)]
    return "█" * ends[0] + "▓" * (ends[1] - ends[0]) + "░" * (ends[2] - ends[1])


def plain_table(*headings: str) -> Table:
    """Return an empty table without edges, its first column aligned to the left, the others to the right."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="bold")
    for i, heading in enumerate(headings):
        table.add_column(heading, justify="left" if i == 0 else "right", no_wrap=True)
    return table


def named_table(*headings: str) -> Table:
    """Return a `plain_table` whose first column has names of any length: they wrap, no figure is cut."""
    table = plain_table(*headings)
    table.columns[0].no_wrap, table.columns[0].overflow = False, "fold"
    return table


def counted(number: float) -> str:
    """Return a count as text; a mean of counts is rounded to the nearest integer."""
    return f"{number:,.0f}"
