"""The result of a comparison of runs, as a screenful on standard output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from embedkit.errors import shortened
from embedkit.escaping import escaped
from embedkit.evaluation.comparison.wording import between, p_shown, points
from embedkit.report.terminal.oov import named_table
from embedkit.report.terminal.screen import Screen
from embedkit.report.terminal.short_report import print_short_report
from embedkit.report.terminal.wrapping import print_wrapped
from embedkit.report.terminal.wrong_texts import SHORT

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from embedkit.evaluation.comparison.pairs import PairComparison
    from embedkit.evaluation.comparison.result import ChangedExample, Comparison, Outcome

SHOWN = 5
NONE = "–"


def print_comparison(comparison: Comparison) -> None:
    """Print a comparison: the verdict, a table of the runs, and what the figures rest on.

    For two runs, five of the texts that only one of them has right are listed; for more, there is a table of
    all pairs.
    """
    console = Screen()
    report, pairs = comparison.short_report(), comparison.compared_pairs
    verdict = (*report.verdict, *remarks(comparison))
    print_short_report(replace(report, verdict=verdict), console)
    if len(pairs) == 1:
        print_wrapped(standard_errors(pairs[0]), console)
    else:
        console.print()
        console.print(pairs_table(pairs))
    print_changed(comparison, console)


def standard_errors(pair: PairComparison) -> str:
    """Return a line with the standard errors of the difference of two runs, and the p-value of each test."""
    errors = {"texts": pair.error_examples, "seeds": pair.error_seeds}
    tests = {"texts": pair.p_examples, "folds": pair.p_folds}
    said = [f"± {100 * error:.1f} points over {over}" for over, error in errors.items() if error is not None]
    said += [f"{p_shown(p)} over {over}" for over, p in tests.items() if p is not None]
    return ", ".join(said)


def pairs_table(pairs: Sequence[PairComparison]) -> Table:
    """Return a table with a row for each pair: difference in points, interval, standard errors, p-values."""
    columns = {
        "difference": [f"{points(pair.difference)} ({between(pair.ci95)})" for pair in pairs],
        "± texts": [_error(pair.error_examples) for pair in pairs],
        "± seeds": [_error(pair.error_seeds) for pair in pairs],
        "p, texts": [_p(pair.p_examples) for pair in pairs],
        "p, folds": [_p(pair.p_folds) for pair in pairs],
        "p (Holm)": [_p(pair.p_holm) for pair in pairs] if len(pairs) > 1 else [],
    }
    return _table("points", [f"{pair.second} – {pair.first}" for pair in pairs], columns)


def _table(title: str, names: list[str], columns: Mapping[str, list[str]]) -> Table:
    """Return a table without empty columns, in which names that are too long for a line are wrapped."""
    shown = {heading: cells for heading, cells in columns.items() if {*cells} - {NONE}}
    table = named_table(title, *shown)
    for name, *cells in zip(names, *shown.values(), strict=True):
        table.add_row(escaped(name), *cells)
    return table


def _error(error: float | None) -> str:
    return NONE if error is None else f"{100 * error:.1f}"


def _p(p: float | None) -> str:
    return NONE if p is None else p_shown(p).removeprefix("p ").removeprefix("= ")


def remarks(comparison: Comparison) -> Iterator[str]:
    """Yield what the figures leave open."""
    if comparison.one_class is not None:
        label = shortened(comparison.one_class)
        yield f"All texts are of one class, '{label}': accuracy says nothing of the others."
    if any(run.seeds == 1 for run in comparison.compared_runs):
        yield "Of a run with one seed it is not known how much another seed would change."


def print_changed(comparison: Comparison, console: Console) -> None:
    """Print the texts that only one of two runs has right, those with most out of vocabulary first.

    For more than two runs, prints only their number.
    """
    count = len(comparison.changed)
    if len(comparison.compared_pairs) > 1:
        print_wrapped(f"{count:,} times a text changed side between two runs; each of them: --json", console)
    elif count:
        shown = f" (the {SHOWN} with most out of vocabulary; all: --json)" if count > SHOWN else ""
        console.print()
        print_wrapped(f"{count:,} texts changed side{shown}:", console)
        for example in sorted(comparison.changed_examples(), key=_least_covered)[:SHOWN]:
            print_wrapped(_outcomes(example), console, 2)
            print_wrapped(shortened(example.text, SHORT), console, 4)


def _least_covered(example: ChangedExample) -> float:
    return -max(outcome.oov_share or 0.0 for outcome in (example.first, example.second))


def _outcomes(example: ChangedExample) -> str:
    outcomes = (example.first, example.second)
    said = (f"{each.run}: {_outcome(each)} ({_share(each.oov_share)})" for each in outcomes)
    return f"id {example.id}: {shortened(example.label or 'no label')}; {', '.join(said)}"


def _share(share: float | None) -> str:
    return NONE if share is None else f"{share:.1%}"


def _outcome(outcome: Outcome) -> str:
    if 0 < outcome.right < 1:
        return f"right with {outcome.right:.0%} of its seeds"
    return shortened(outcome.predicted or "no label")
