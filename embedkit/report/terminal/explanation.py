"""The whole analysis of a run, and one text token by token, on standard output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from embedkit.errors import shortened
from embedkit.escaping import escaped
from embedkit.evaluation.oov.fits import fit_line
from embedkit.model.token_states import OF_PIECES
from embedkit.report.terminal.error_analyses import print_error_analyses
from embedkit.report.terminal.learning_curve import print_learning_curve
from embedkit.report.terminal.lines import name_shown
from embedkit.report.terminal.marking import STYLES, colours, mark_all
from embedkit.report.terminal.metrics import print_metrics
from embedkit.report.terminal.oov import (
    amount_lines,
    bucket_table,
    class_table,
    counted,
    coverage_table,
    fit_lines,
    missing_table,
    plain_table,
)
from embedkit.report.terminal.repeated import print_seeds
from embedkit.report.terminal.screen import Screen
from embedkit.report.terminal.wrapping import print_wrapped
from embedkit.report.terminal.wrong_texts import print_wrong
from embedkit.runs.short_report import verdict
from embedkit.runs.wrong_texts import read_wrong

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from embedkit.evaluation.oov.result import DriftSummary, OovAnalysis, SplitAnalysis
    from embedkit.runs.run import Run
    from embedkit.tasks.explain import Evidence, ExplainedToken, Explanation


def print_analysis(run: Run, analysis: OovAnalysis) -> None:
    """Print all that a run shows: verdict, metrics, coverage, each split, other policies, drift of the table.

    For each split there are the classes, missing words, error rates, wrong texts and what errors go with.
    """
    console = Screen()
    print_wrapped(" ".join(verdict(run, [*analysis.splits][-1])), console)
    console.print(Text("\nmetrics\n", "bold"))
    print_metrics(run, console)
    console.print(Text("\ntokens\n", "bold"))
    console.print(coverage_table(analysis.splits))
    for line in (*amount_lines(analysis.splits), *fit_lines(run)):
        print_wrapped(line, console)
    for split, found in analysis.splits.items():
        console.print(Text(f"\n{split}\n", "bold"))
        _print_split(run, split, found, console)
    print_error_analyses(run, console)
    print_learning_curve(run, console)
    _print_policies(analysis, console)
    if analysis.drift:
        console.print(Text("\nwhat training did to the table\n", "bold"))
        console.print(drift_table(analysis.drift))


def _print_split(run: Run, split: str, found: SplitAnalysis, console: Console) -> None:
    state_set = found.coverage.state_set
    console.print(class_table(found.coverage.classes, state_set))
    if found.missing:
        console.print(missing_table(found.missing))
    if not run.labelled(split):
        return
    console.print(bucket_table(found.errors.content.buckets, state_set=state_set))
    console.print(bucket_table(found.errors.all.buckets, "all tokens", state_set))
    console.print()
    print_wrong(read_wrong(run, split), console, state_set)
    print_seeds(split, run, console)
    console.print()
    print_wrapped(found.errors.verdict, console)


def _print_policies(analysis: OovAnalysis, console: Console) -> None:
    """Print the effect of other policies, or why none is asked; for a baseline, print nothing."""
    policies, splits = analysis.policies, analysis.splits.keys()
    if not policies.policy:
        if analysis.state_set == OF_PIECES and policies.why:
            console.print()
            print_wrapped(f"Other policies are not asked: {policies.why}.", console)
        return
    console.print(Text(f"\nanother policy than {policies.policy}\n", "bold"))
    if policies.why:
        print_wrapped(f"Cannot be asked: {policies.why}.", console)
        return
    table = plain_table("refilled by", "split", "turn right", "turn wrong")
    for name, by_split in policies.refilled.items():
        for split, flips in by_split.items():
            if split in splits:
                table.add_row(name, split, counted(flips.turned_right), counted(flips.turned_wrong))
    console.print(table)
    for name, why in policies.refused.items():
        print_wrapped(f"{name}: {why}", console)


def drift_table(drift: Mapping[str, DriftSummary]) -> Table:
    """Return a table with a row for each origin: rows, moved rows, distance, cosine, new neighbours."""
    headings = "\nrows", "\ncount", "\nmoved", "median\ndistance", "median\ncosine", "new neighbours\nof 10"
    table = plain_table(*headings)
    for origin, row in drift.items():
        moved = counted(row.rows), counted(row.moved), f"{row.median_distance:.3f}"
        turned = "–" if row.median_cosine is None else f"{row.median_cosine:.3f}"
        gained = "–" if row.mean_gained is None else f"{row.mean_gained:.1f}"
        table.add_row(origin, *moved, turned, gained)
    return table


def print_text(text: Explanation) -> None:
    """Print one text: the prediction, the tokens marked by state, and a table of the tokens."""
    console = Screen()
    coloured = colours(console)
    right = {None: "not labelled", True: "wrong", False: "right"}[text.wrong]
    label, predicted = (shortened(label or "no label") for label in (text.label, text.predicted))
    which = f"{text.split} {text.id}" if text.run is None else f"{text.run}, {text.split} {text.id}"
    line = f"{which}: {label}, predicted {predicted} ({text.probability:.2f}), {right}"
    print_wrapped(line, console)
    tokens, states = [token.token for token in text.tokens], [token.state for token in text.tokens]
    print_wrapped(mark_all(tokens, states, coloured) if tokens else "no tokens", console)
    shares = {"of its tokens": text.oov_share, "of its content": text.content_oov_share}
    told = [f"{share:.0%} {what}" for what, share in shares.items() if share is not None]
    if told:
        console.print(f"{text.state_set.described}: {', '.join(told)}")
    if text.cut:
        console.print(f"{text.cut:,} tokens were cut and not read")
    for evidence in text.evidence:
        for line in evidence_lines(evidence):
            print_wrapped(line, console)
    if tokens and not text.evidence:
        console.print(token_table(text.tokens, coloured))
    for each in text.fits:
        print_wrapped(fit_line(each), console)


def evidence_lines(evidence: Evidence) -> list[str]:
    """Return a line of the n-grams that speak for a label, and one of those against it; none without them."""
    sides = {"for": evidence.for_it, "against": evidence.against_it}
    return [
        f"{side} {shortened(evidence.label)}: "
        + ", ".join(f"{shortened(each.ngram)} {each.weight:+.2f}" for each in ngrams)
        for side, ngrams in sides.items()
        if ngrams
    ]


def token_table(tokens: Sequence[ExplainedToken], coloured: bool) -> Table:
    """Return a table with a row for each token: state, spelling or policy it was found by, nearest words.

    With a text encoder there are the numbers of pieces instead.
    """
    if any(token.pieces is not None for token in tokens):
        return _piece_table(tokens, coloured)
    table = plain_table("token", "state", "by", "nearest in the trained table")
    for column in table.columns:
        column.justify, column.no_wrap = "left", False
    for token in tokens:
        near = ", ".join(f"{shortened(each.word)} {each.cosine:.2f}" for each in token.nearest)
        if token.similar:
            near = f"no row; spelt like {shortened(token.similar)}"
        via = name_shown(token.via or "")
        table.add_row(name_shown(token.token), _state(token, coloured), via, escaped(near))
    return table


def _piece_table(tokens: Sequence[ExplainedToken], coloured: bool) -> Table:
    table = plain_table("token", "state", "pieces")
    for column in table.columns[:2]:
        column.justify, column.no_wrap = "left", False
    for token in tokens:
        table.add_row(name_shown(token.token), _state(token, coloured), str(token.pieces))
    return table


def _state(token: ExplainedToken, coloured: bool) -> Text:
    state = Text(token.state, STYLES.get(token.state, "") if coloured else "")
    return state.append("" if token.content else " (structural)")
