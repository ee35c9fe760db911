"""A finished run, read from its directory."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from embedkit.errors import Fault, RunError
from embedkit.evaluation.oov.fits import fits_from_json
from embedkit.runs import layout
from embedkit.runs.csv_files import read_frame
from embedkit.runs.csv_schemas import check_predictions, check_table
from embedkit.runs.directory import partial_of
from embedkit.runs.files import RunFiles, read_learning_curve, read_oov, read_ranking
from embedkit.runs.json_schemas import intrinsic_figures, split_metrics, split_summaries
from embedkit.runs.predictions import read_predictions, read_rows

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.evaluation.error_analysis.learning_curves import LearningCurves
    from embedkit.evaluation.intrinsic_figures import IntrinsicFigures
    from embedkit.evaluation.oov.result import OovAnalysis
    from embedkit.evaluation.ranking.result import Ranking
    from embedkit.evaluation.result import SplitMetrics, SplitSummary
    from embedkit.model.policy_fit import PolicyFit
    from embedkit.runs.axes import Axes
    from embedkit.runs.errors import RunErrors
    from embedkit.runs.frames import OovFrames


METRICS_OF = {
    "training": "results",
    "text-encoder": "results",
    "baseline": "results",
    "evaluation": "results",
    "several": "summaries",
    "intrinsic": "intrinsic",
}
"""The attribute of Run that has the metrics of each kind of run, as typed objects."""


MODELS_WITHOUT_TABLE = {
    "baseline": "is a baseline",
    "text-encoder": "has a text encoder in place of an embedding matrix",
}
"""What the model is in runs that have no embedding matrix, by kind of run."""


class Run:
    """A finished run, read from its directory. Tables are returned as pandas DataFrames.

    A file is checked against the manifest when it is first read; if it is missing, damaged or has changed
    since the run wrote it, RunError is raised.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not _is_file(self.path / layout.MANIFEST):
            hint = "It was started and not finished." if _exists(partial_of(self.path)) else None
            raise RunError(Fault("no finished run in this directory", where=str(path), hint=hint))
        self._files = RunFiles(self.path)

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    def _repr_html_(self) -> str | None:
        """Return the short report for a notebook; None if the run cannot be read."""
        from embedkit.evaluation.ranking.rows import short_report as short_report_of_ranking
        from embedkit.evaluation.short_report import as_html
        from embedkit.runs.short_report import short_report

        try:
            ranked = self.has(layout.RANKING)
            return as_html(short_report_of_ranking(self.ranking) if ranked else short_report(self))
        except RunError:
            return None

    def verify(self, *names: str) -> None:
        """Raise RunError if a file, or one of those in `names`, is missing or differs from the manifest.

        Inner runs are verified too, and their manifests in any case.
        """
        self._files.refuse_incomplete()
        self._files.verify(names)
        for run in self._inner:
            run.verify(*names)

    @cached_property
    def folds(self) -> list[Run]:
        """Return the inner runs, sorted by fold, then by seed; empty for a run that trained one model."""
        paths = [self._files.path(name).parent for name in self._files.folds]
        return sorted(map(Run, paths), key=lambda run: (run.axes.position, run.path.name))

    @property
    def _inner(self) -> list[Run]:
        return [Run(self._files.path(name).parent) for name in self._files.inner]

    @property
    def jobs(self) -> list[Run]:
        """Return the trainings of a ranking or a matrix, sorted by name; empty for any other run."""
        return sorted((run for run in self._inner if run.path.parent.name == layout.JOBS), key=_name)

    @cached_property
    def ranking(self) -> Ranking:
        """Return the ranking of the candidates, as a typed object.

        Raises RunError for a run that has none, and if ranking.json is damaged.
        """
        return read_ranking(self.file(layout.RANKING))

    @cached_property
    def learning_curve(self) -> LearningCurves:
        """Return how the scores grow with the number of training texts, as a typed object.

        Raises RunError for a run without a learning curve, and if learning-curve.json is damaged.
        """
        if not self.has(layout.LEARNING_CURVE_JSON):
            hint = "Run the recipe with --learning-curve."
            raise RunError(Fault("this run has no learning curve", where=str(self.path), hint=hint))
        return read_learning_curve(self.file(layout.LEARNING_CURVE_JSON))

    @property
    def axes(self) -> Axes:
        """Return which of several runs this is: its fold, its seed, its share of hidden vectors.

        Raises RunError if the manifest is damaged, or has others than the recipe.
        """
        return self._files.axes

    def has(self, name: str) -> bool:
        """Return whether the run wrote a file called `name`."""
        return name in self._files

    def file(self, name: str) -> Path:
        """Return the path of a file of the run, after checking the file against the manifest.

        Raises RunError if only the inner runs have such a file, or if the run has none as its model is a
        baseline, or has a text encoder.
        """
        if not self.has(name):
            self.refuse_ranking(name)
            self.refuse_several(f"its own {name}")
            if (model := MODELS_WITHOUT_TABLE.get(self._files.kind)) is not None:
                raise RunError(Fault(f"the model of this run {model}: it has no {name}", str(self.path)))
        return self._files.path(name)

    def refuse_ranking(self, what: str) -> None:
        """Raise RunError, which says where `what` is, if the run is a ranking or a matrix."""
        if self.has(layout.RANKING):
            fault = f"this is a ranking of several candidates, which has no {what} of its own"
            hint = f"The best candidate's model is in {self.path / layout.BEST}, all trainings are in"
            hint += f" {self.path / layout.JOBS}."
            raise RunError(Fault(fault, where=str(self.path), hint=hint))

    def refuse_several(self, what: str) -> None:
        """Raise RunError, which says that each inner run has `what`, if the run is made of several runs."""
        if self.folds:
            names = tuple(str(run.path.relative_to(self.path)) for run in self.folds)
            hint = f"Name the directory of one of its {len(names)} runs, such as {self.folds[0].path}."
            fault = f"this run is made of several, and each of them has {what}"
            raise RunError(Fault(fault, where=str(self.path), allowed=names, hint=hint))

    def read_json(self, name: str) -> Any:
        """Return a parsed JSON file of the run.

        Raises RunError if the file is damaged, or if only the inner runs have it.
        """
        if name == layout.MANIFEST:
            return dict(self._files.digests)
        self.file(name)
        return self._files.json(name)

    def read_oov(self) -> OovAnalysis:
        """Return the out-of-vocabulary analysis, from oov.json. Raises RunError if it is damaged."""
        return read_oov(self.file(layout.OOV))

    def read_csv(self, name: str) -> pd.DataFrame:
        """Read a CSV file of the run into a DataFrame. Words and labels stay text, even if numeric.

        Raises RunError if the file is damaged, or if only the inner runs have it.
        """
        path = self.file(name)
        frame = read_frame(path)
        check_table(path, frame)
        return frame

    @property
    def has_predictions(self) -> bool:
        """Return whether the run predicted texts."""
        return self.has(layout.PREDICTIONS) or self.has(layout.PREDICTIONS_PARQUET)

    @property
    def predictions_header(self) -> list[str]:
        """Return the names of the columns of the predictions. Raises RunError as `read_csv` does."""
        return read_rows(self._predictions_file)[0]

    def read_predictions(
        self, columns: Collection[str] | None = None, rows: Collection[int] | None = None
    ) -> pd.DataFrame:
        """Return the predictions, indexed by position; `columns` and `rows` select a part.

        They are not read again once `predictions` has them. Raises RunError as `read_csv` does.
        """
        if "predictions" in self.__dict__ and rows is None:
            whole = self.predictions
            return whole if columns is None else whole[[name for name in whole if name in columns]]
        path = self._predictions_file
        frame = read_predictions(path, columns, rows)
        check_predictions(path, frame, columns, [run.axes for run in self.folds])
        return frame

    @property
    def _predictions_file(self) -> Path:
        parquet = self.has(layout.PREDICTIONS_PARQUET)
        return self.file(layout.PREDICTIONS_PARQUET if parquet else layout.PREDICTIONS)

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """Return the content of metrics.json: metrics by split."""
        return dict(self.read_json(layout.METRICS))

    @cached_property
    def results(self) -> Mapping[str, SplitMetrics]:
        """Return the metrics of the model by split, as typed objects.

        Raises RunError for a run of several models, and for an intrinsic evaluation.
        """
        return split_metrics(self._metrics_of("results"), self.metrics)

    @cached_property
    def summaries(self) -> Mapping[str, SplitSummary]:
        """Return the metrics over all folds and seeds by split, as typed objects.

        Raises RunError for a run that has no folds and seeds.
        """
        return split_summaries(self._metrics_of("summaries"), len(self.folds), self.metrics)

    @cached_property
    def intrinsic(self) -> Mapping[str, IntrinsicFigures]:
        """Return the figures of vectors by set, as typed objects.

        Raises RunError for a run that is no intrinsic evaluation.
        """
        return intrinsic_figures(self._metrics_of("intrinsic"), self.metrics)

    def _metrics_of(self, attribute: str) -> Path:
        """Return the path of metrics.json.

        Raises RunError if `attribute` is not the one for this kind of run.
        """
        right = METRICS_OF[self._files.kind]
        if attribute != right:
            what = f"the metrics of this run are not in `{attribute}`, but in `{right}`"
            raise RunError(Fault(what, where=str(self.path)))
        return self.file(layout.METRICS)

    def labelled(self, split: str) -> bool:
        """Return whether the texts of `split` have labels, so that predictions can be right or wrong."""
        return "loss" in self.metrics[split]

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """Return one row for each example of every split or, with inner runs, of the held-out split."""
        return self.read_predictions()

    @cached_property
    def oov(self) -> OovFrames:
        """Return the out-of-vocabulary analysis, and its association with errors, as DataFrames."""
        from embedkit.runs.frames import OovFrames

        return OovFrames(self)

    @cached_property
    def errors(self) -> RunErrors:
        """Return the analyses of the errors on held-out texts."""
        from embedkit.runs.errors import RunErrors

        return RunErrors(self)

    @cached_property
    def fits(self) -> list[PolicyFit]:
        """Return how well policies that learnt vectors predict them, in the order of the chain."""
        content = self.read_json(layout.EMBEDDING) if self.has(layout.EMBEDDING) else {}
        return fits_from_json(content.get("fits", []))

    @cached_property
    def history(self) -> pd.DataFrame:
        """Return history.csv: one row for each epoch and split."""
        return self.read_csv(layout.HISTORY)

    @cached_property
    def vocabulary(self) -> pd.DataFrame:
        """Return vocabulary.csv: one row for each row of the embedding matrix, in id order."""
        return self.read_csv(layout.VOCABULARY)

    def word_counts(self) -> pd.Series:
        """Return the training frequency of each word in the vocabulary, most frequent first."""
        words = self.vocabulary.iloc[2:].set_index("word")["count"]
        return words.sort_values(ascending=False, kind="stable")

    def word_ids(self) -> dict[str, int]:
        """Return the word → id dictionary, `<PAD>` and `<UNK>` first."""
        return dict(zip(self.vocabulary["word"], map(int, self.vocabulary["id"]), strict=True))

    def ids(self, split: str = "train") -> pd.DataFrame:
        """Return the padded token ids [n, T] of a split, one row for each example, indexed by its id."""
        import pandas as pd

        row_of = self.word_ids()
        known = dict(row_of, **{"<PAD>": 1, "<UNK>": 1})
        frame = self.predictions[self.predictions["split"] == split]
        texts = [[known.get(token, 1) for token in tokens] for tokens in frame["token_list"]]
        width = max(map(len, texts), default=0)
        return pd.DataFrame([ids + [0] * (width - len(ids)) for ids in texts], index=pd.Index(frame["id"]))

    def embedding_frame(self, when: Literal["before", "after"] = "after") -> pd.DataFrame:
        """Return the embedding matrix before or after training, words × dimensions, float32."""
        import pandas as pd

        from embedkit.runs.tensors import read_table

        name = {"before": layout.EMBEDDING_BEFORE, "after": layout.WEIGHTS}[when]
        if self._files.kind == "text-encoder":  # it has weights, and no matrix among them
            name = layout.EMBEDDING_BEFORE
        path = self.file(name)
        words = pd.Index(self.vocabulary["word"], name="word")
        return pd.DataFrame(read_table(path, len(words)), index=words)


def _name(run: Run) -> str:
    return run.path.name


def _is_file(path: Path) -> bool:
    """Return whether there is a regular file; False if the system refuses to tell."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
