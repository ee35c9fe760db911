"""The short report on a run: accuracy, baselines and what the errors go with in words, and one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from embedkit.evaluation.comparison.wording import among_baselines, between, listed, points
from embedkit.evaluation.intrinsic_figures import AnalogyFigures, IntrinsicFigures
from embedkit.evaluation.oov.verdict import claim
from embedkit.evaluation.oov.verdict_of_seeds import claim_of_seeds
from embedkit.evaluation.result import LeftOut, SplitMetrics, SplitSummary
from embedkit.evaluation.short_report import ShortReport
from embedkit.evaluation.summary import Estimate, Summary
from embedkit.runs.predictions import predictions_file

if TYPE_CHECKING:
    from pathlib import Path

    from embedkit.evaluation.result import BaselineResult, BaselineSummary
    from embedkit.runs.axes import Axes
    from embedkit.runs.frames import OovFrames

    Metrics = SplitMetrics | SplitSummary
    Models = Metrics | BaselineResult | BaselineSummary

ACCURACY = "accuracy"
NONE = ""


class InnerRun(Protocol):
    """One of the runs that a run of folds or seeds is made of: a `Run`."""

    @property
    def axes(self) -> Axes: ...


class ReportedRun(Protocol):
    """A finished run that predicted texts or evaluated word vectors: a `Run`."""

    path: Path

    @property
    def folds(self) -> Sequence[InnerRun]: ...
    @property
    def has_predictions(self) -> bool: ...
    @property
    def results(self) -> Mapping[str, SplitMetrics]: ...
    @property
    def summaries(self) -> Mapping[str, SplitSummary]: ...
    @property
    def intrinsic(self) -> Mapping[str, IntrinsicFigures]: ...
    @property
    def oov(self) -> OovFrames: ...
    def labelled(self, split: str) -> bool: ...


def short_report(run: ReportedRun) -> ShortReport:
    """Return the short report on a run that predicted texts, or that evaluated word vectors."""
    if not run.folds and not run.has_predictions:
        return _intrinsic(run.intrinsic)
    metrics: Mapping[str, Metrics] = run.summaries if run.folds else run.results
    split = [*metrics][-1]
    return ShortReport(verdict(run, split), *_table(split, metrics))


def verdict(run: ReportedRun, split: str) -> tuple[str, ...]:
    """Return the verdict on a run in sentences: its accuracy, the baselines, and what its errors go with.

    The figures are those of `split`; for one without labels, one sentence says where the predictions are.
    """
    metrics: Metrics = (run.summaries if run.folds else run.results)[split]
    if not run.labelled(split):
        texts, name = _texts(metrics), predictions_file(run.path).name
        return (f"The {texts} of {split} have no labels: what is predicted is in {name}.",)
    scored, among = _score(run, split, metrics), among_baselines(metrics.baselines)
    sentences = (scored, among, _missing(run, split), _errors(run, split))
    return tuple(sentence for sentence in sentences if sentence)


def _missing(run: ReportedRun, split: str) -> str:
    """Return a sentence on the share of the content tokens of a split that are out of vocabulary."""
    analysis = run.oov.analysis
    counts = analysis.splits[split].coverage.tokens.content
    if not counts.total:
        return f"The texts of {split} have no content tokens."
    share = counts.missing / counts.total
    return f"Of the content tokens of {split} {share:.1%} are {analysis.state_set.described}."


def _errors(run: ReportedRun, split: str) -> str:
    """Return a sentence on whether errors are associated with out-of-vocabulary tokens."""
    analysis = run.oov.analysis
    seeds = {int(seed): each.splits[split].errors for seed, each in analysis.by_seed.items()}
    if seeds:
        return claim_of_seeds(seeds, analysis.state_set).short
    errors = analysis.splits[split].errors
    return claim(errors.content, errors.odds_ratio, analysis.state_set).short


def _score(run: ReportedRun, split: str, metrics: Metrics) -> str:
    """Return a sentence on the accuracy, or on the first metric, with its interval and what it is over."""
    names = [*_numbers(metrics)]
    name = ACCURACY if ACCURACY in names else next((name for name in names if name != "loss"), "loss")
    learned = ", the texts it learned from," if split == "train" else ""
    where = f"{name[0].upper()}{name[1:]} on {split}{learned} is {_figure(metrics, name)}"
    interval = _interval(metrics, name)
    within = "" if interval is None else f"95% interval {interval[0]:.3f}–{interval[1]:.3f}, "
    over = f", the mean of {_runs(run)}" if run.folds else ""
    return f"{where}{over} ({within}{_texts_of(run, split, metrics)})."


def _runs(run: ReportedRun) -> str:
    """Return how many folds and seeds a run has: `10 folds`, `3 seeds`, `10 folds with 3 seeds each`."""
    folds = {each.axes.fold for each in run.folds}
    seeds = {each.axes.seed for each in run.folds}
    if folds == {None}:
        return f"{len(seeds)} seeds"
    each = f" with {len(seeds)} seeds each" if len(seeds) > 1 else ""
    return f"{len(folds)} fold{'s' if len(folds) > 1 else ''}{each}"


def _texts_of(run: ReportedRun, split: str, metrics: Metrics) -> str:
    """Return the number of texts of a split, of all folds together."""
    return _texts(metrics) if not run.folds else _counted(run.oov.analysis.splits[split].errors.n)


def _texts(metrics: Metrics) -> str:
    return _counted(metrics.n.mean or 0 if isinstance(metrics.n, Summary) else metrics.n)


def _counted(texts: float) -> str:
    return f"{texts:,.0f} text{'' if texts == 1 else 's'}"


def _interval(metrics: Metrics, name: str) -> Sequence[float] | None:
    """Return the interval of a score over runs, or that of the accuracy; None without one.

    That of an accuracy over few runs is cut to what an accuracy can be.
    """
    if isinstance(metrics, SplitMetrics):
        return metrics.accuracy_ci95 if name == ACCURACY else None
    figure = metrics.loss if name == "loss" else metrics.scores[name]
    interval = figure.ci95 if isinstance(figure, Summary) else None
    if interval is None or name != ACCURACY:
        return interval
    return max(0.0, interval[0]), min(1.0, interval[1])


def _table(split: str, metrics: Mapping[str, Metrics]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return headings and rows: the model and the baselines on one split, then the model on the others."""
    own = metrics[split]
    fitted = {name: each for name, each in own.baselines.items() if not isinstance(each, LeftOut)}
    names = [*_numbers(own)] if own.scores else []
    names = sorted(names, key=lambda name: (name != ACCURACY, name == "loss"))
    if fitted and ACCURACY not in names:
        names.insert(0, ACCURACY)
    against = {
        name: f"{points(each.against_model.mean_difference)} ({between(each.against_model.interval)})"
        for name, each in fitted.items()
    }
    models: dict[str, Models] = {"this model": own, **fitted}
    models |= {f"this model, {name}": each for name, each in metrics.items() if name != split}
    if not names:
        return (), ()
    shown = [(name, *(_figure(model, each) for each in names)) for name, model in models.items()]
    headings = (f"on {split}", *names)
    if not against:
        return headings, tuple(shown)
    return (
        (*headings[:2], "difference, points", *headings[2:]),
        tuple((*row[:2], against.get(row[0], NONE), *row[2:]) for row in shown),
    )


def _numbers(metrics: Metrics) -> list[str]:
    """Return the names of the loss and the scores that are single numbers."""
    first = ["loss"] if metrics.loss is not None else []
    return [*first, *(name for name, score in metrics.scores.items() if _is_number(score))]


def _is_number(score: object) -> bool:
    return isinstance(score, Summary) or score is None or isinstance(score, int | float)


def _figure(model: Models, name: str) -> str:
    """Return a score of a model or of a baseline as text, over runs its mean; "" where there is none."""
    score = getattr(model, name, None) if name in ("loss", ACCURACY) else None
    score = score if score is not None else model.scores.get(name)
    if isinstance(score, Summary | Estimate):
        score = score.mean
    if isinstance(score, int | float):
        return f"{score:.3f}"
    return "not defined" if name in model.scores else NONE


def _intrinsic(found: Mapping[str, IntrinsicFigures]) -> ShortReport:
    """Return the short report on an evaluation of word vectors: a sentence and a row for each set."""
    headings = ("", "result", "counted", "out of vocabulary")
    rows = tuple(
        (name, _result(each), f"{each.n:,}", f"{each.oov_share:.1%}") for name, each in found.items()
    )
    said = [f"{result} on {name}" for name, result, *_ in rows]
    return ShortReport((f"The vectors have {listed(said)}.",), headings, rows)


def _result(figures: IntrinsicFigures) -> str:
    if isinstance(figures, AnalogyFigures):
        return "no accuracy" if figures.accuracy is None else f"accuracy {figures.accuracy:.1%}"
    return "no correlation" if figures.spearman is None else f"Spearman {figures.spearman:.3f}"
