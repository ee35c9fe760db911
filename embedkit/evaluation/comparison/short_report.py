"""The short report on a comparison of runs: which is better, in words, and a row for each run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedkit.evaluation.comparison.wording import between, is_told, listed, p_shown, pair_verdict, points
from embedkit.evaluation.short_report import ShortReport

if TYPE_CHECKING:
    from embedkit.evaluation.comparison.compared_run import ComparedRun
    from embedkit.evaluation.comparison.pairs import PairComparison, Side

NONE = "–"
LONGEST = 12
"""Characters of the name of a run that still stands in a heading."""

Columns = dict[str, list[str]]


def short_report(
    title: str, runs: Sequence[ComparedRun], pairs: Sequence[PairComparison], sides: Sequence[Side]
) -> ShortReport:
    """Return the short report on the `pairs` of `runs`; `title` says on which texts they are compared.

    For two runs, the rows count the texts that only one of them has right, with the mean out-of-vocabulary
    shares of these; for several, they have the difference from the most accurate run.
    """
    names = [run.run for run in runs]
    if len(pairs) == 1:
        columns = {"accuracy": [*_accuracies(runs), ""], **_sides(sides), **_repeated(runs, [""])}
        return _report([pair_verdict(pairs[0])], title, [*names, "no change"], columns)
    best = max(runs, key=lambda run: run.accuracy).run
    columns = {"accuracy": _accuracies(runs), **_to_best(best, runs, pairs), **_repeated(runs)}
    same = [pair_verdict(pair) for pair in pairs if not pair.only_first_right + pair.only_second_right]
    return _report([_verdict_of_several(best, runs, pairs), *same], title, names, columns)


def _report(verdict: Sequence[str], title: str, names: Sequence[str], columns: Columns) -> ShortReport:
    shown = {heading: cells for heading, cells in columns.items() if {*cells} - {NONE, ""}}
    rows = zip(names, *shown.values(), strict=True)
    return ShortReport(tuple(verdict), (title, *shown), tuple(rows))


def _accuracies(runs: Sequence[ComparedRun]) -> list[str]:
    return [f"{run.accuracy:.3f}" for run in runs]


def _repeated(runs: Sequence[ComparedRun], more: Sequence[str] = ()) -> Columns:
    """Return the numbers of seeds and folds, and the deviation over seeds, where there are several."""
    seeds = [f"{run.seeds}" for run in runs] if any(run.seeds > 1 for run in runs) else []
    return {
        "seeds": [*seeds, *more] if seeds else [],
        "std over seeds": [
            *(NONE if run.seed_std is None else f"{run.seed_std:.3f}" for run in runs),
            *more,
        ],
        "folds": [*(NONE if run.folds is None else f"{run.folds}" for run in runs), *more],
    }


def _sides(sides: Sequence[Side]) -> Columns:
    """Return how many texts only one run has right, and their mean out-of-vocabulary shares in either run."""
    first, second = sides[0].first, sides[0].second
    short = len(first) <= LONGEST and len(second) <= LONGEST
    names = (first, second) if short else ("first", "second")
    return {
        "only it right": [f"{side.n:,}" for side in sides],
        f"OOV, {names[0]}": [_share(side.first_oov_share) for side in sides],
        f"OOV, {names[1]}": [_share(side.second_oov_share) for side in sides],
    }


def _share(share: float | None) -> str:
    return NONE if share is None else f"{share:.1%}"


def _to_best(best: str, runs: Sequence[ComparedRun], pairs: Sequence[PairComparison]) -> Columns:
    """Return the difference of each run from the best in points, and the corrected p-value."""
    against = {run.run: _pair(best, run.run, pairs) for run in runs if run.run != best}
    differences, ps = [], []
    for run in runs:
        pair = against.get(run.run)
        differences.append("best" if pair is None else _signed(pair, best))
        ps.append(NONE if pair is None else p_shown(pair.p_holm).removeprefix("p ").removeprefix("= "))
    return {"to the best, points": differences, "p (Holm)": ps}


def _signed(pair: PairComparison, best: str) -> str:
    low, high = pair.ci95
    if pair.first == best:
        return f"{points(pair.difference)} ({between((low, high))})"
    return f"{points(-pair.difference)} ({between((-high, -low))})"


def _pair(first: str, second: str, pairs: Sequence[PairComparison]) -> PairComparison:
    return next(pair for pair in pairs if {pair.first, pair.second} == {first, second})


def _verdict_of_several(best: str, runs: Sequence[ComparedRun], pairs: Sequence[PairComparison]) -> str:
    """Return a sentence on the most accurate of several runs, and on which of the others are worse."""
    others = [run.run for run in runs if run.run != best]
    worse = [name for name in others if is_told(_pair(best, name, pairs))]
    alike = [name for name in others if name not in worse]
    said = [f"is better than {listed(worse)}"] if worse else []
    said += [f"cannot be told apart from {listed(alike)}"] if alike else []
    accuracy = max(run.accuracy for run in runs)
    return f"{best} has the highest accuracy, {accuracy:.3f}; it {', and '.join(said)}."
