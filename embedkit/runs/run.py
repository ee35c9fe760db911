"""A finished run, read from its directory."""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from embedkit.errors import Fault, RunError
from embedkit.fingerprint import sha256
from embedkit.runs.csv_files import read_frame
from embedkit.runs.directory import FOLDS, MANIFEST, numbers_in, partial_of
from embedkit.runs.predictions import predictions_file, read_predictions

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.runs.frames import OovFrames


class Run:
    """A finished run, read from its directory. Tables come as pandas DataFrames."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not (self.path / MANIFEST).is_file():
            hint = "It was started and not finished." if partial_of(self.path).exists() else None
            raise RunError(Fault("no finished run in this directory", where=str(path), hint=hint))

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    def verify(self, *names: str) -> None:
        """Raise RunError where a file is missing or is not what the manifest says; of `names` alone, if any.

        The runs inside this one are verified too, and their manifests in any case.
        """
        faults = []
        for name, expected in self.read_json(MANIFEST).items():
            path = self.path / name
            if names and path.name not in (*names, MANIFEST):
                continue
            if not path.is_file():
                faults.append(Fault("the file is missing", where=str(path)))
            elif sha256(path) != expected:
                faults.append(Fault("the file is not what the run wrote: SHA-256 differs", where=str(path)))
        if faults:
            raise RunError(*faults)
        for run in self.folds:
            run.verify(*names)

    @cached_property
    def folds(self) -> list[Run]:
        """The runs that this one is made of, by folds, then by seeds; none where it trained one model."""
        paths = (self.path / FOLDS).glob(f"*/{MANIFEST}")
        return [Run(path.parent) for path in sorted(paths, key=lambda path: numbers_in(path.parent.name))]

    def refuse_several(self, what: str) -> None:
        """Raise RunError, which says that each of its runs has `what`, where this one is made of several."""
        if self.folds:
            names = tuple(str(run.path.relative_to(self.path)) for run in self.folds)
            hint = f"Name the directory of one of its {len(names)} runs, such as {self.folds[0].path}."
            fault = f"this run is made of several, and each of them has {what}"
            raise RunError(Fault(fault, where=str(self.path), allowed=names, hint=hint))

    def read_json(self, name: str) -> Any:
        """A JSON file of the run. Raises RunError for one that only the runs inside it have."""
        self._refuse_inner(name)
        return json.loads((self.path / name).read_text(encoding="utf-8"))

    def read_csv(self, name: str) -> pd.DataFrame:
        """A CSV file of the run; words and labels stay text, whatever they look like.

        Raises RunError for one that is damaged, or that only the runs inside it have.
        """
        self._refuse_inner(name)
        return read_frame(self.path / name)

    def read_predictions(
        self, columns: Collection[str] | None = None, rows: Collection[int] | None = None
    ) -> pd.DataFrame:
        """The predictions, indexed by their place: all, or the `columns` and `rows` that are named.

        Raises RunError as `read_csv`.
        """
        path = predictions_file(self.path)
        self._refuse_inner(path.name)
        return read_predictions(path, columns, rows)

    def _refuse_inner(self, name: str) -> None:
        if not (self.path / name).exists():
            self.refuse_several(f"its own {name}")

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """By split, the metrics of metrics.json."""
        return dict(self.read_json("metrics.json"))

    def labelled(self, split: str) -> bool:
        """Whether the texts of `split` have labels, so that what is predicted can be right or wrong."""
        return "loss" in self.metrics[split]

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """The predictions: one row for each example of every split; of several runs, of the held-out one."""
        return self.read_predictions()

    @cached_property
    def oov(self) -> OovFrames:
        """What is out of vocabulary and whether errors go with it, as DataFrames."""
        from embedkit.runs.frames import OovFrames

        return OovFrames(self)

    @cached_property
    def history(self) -> pd.DataFrame:
        """history.csv: one row for each epoch and split."""
        return self.read_csv("history.csv")

    @cached_property
    def vocabulary(self) -> pd.DataFrame:
        """vocabulary.csv: one row for each row of the table, in id order."""
        return self.read_csv("vocabulary.csv")

    def word_counts(self) -> pd.Series:
        """How often each word of the vocabulary occurs in the training split, most frequent first."""
        words = self.vocabulary.iloc[2:].set_index("word")["count"]
        return words.sort_values(ascending=False, kind="stable")

    def word_ids(self) -> dict[str, int]:
        """The word → id dictionary, `<PAD>` and `<UNK>` first."""
        return dict(zip(self.vocabulary["word"], map(int, self.vocabulary["id"]), strict=True))

    def ids(self, split: str = "train") -> pd.DataFrame:
        """The padded id array [n, T] of a split, one row for each example, indexed by its id."""
        import pandas as pd

        row_of = self.word_ids()
        known = dict(row_of, **{"<PAD>": 1, "<UNK>": 1})
        frame = self.predictions[self.predictions["split"] == split]
        texts = [[known.get(token, 1) for token in tokens] for tokens in frame["token_list"]]
        width = max(map(len, texts), default=0)
        return pd.DataFrame([ids + [0] * (width - len(ids)) for ids in texts], index=pd.Index(frame["id"]))

    def embedding_frame(self, when: Literal["before", "after"] = "after") -> pd.DataFrame:
        """The embedding table before or after training, words × dimensions, float32."""
        import pandas as pd
        from safetensors.numpy import load_file

        name = {"before": "embedding-before.safetensors", "after": "weights.safetensors"}[when]
        self._refuse_inner(name)
        table = load_file(self.path / name)["embedding.weight"]
        return pd.DataFrame(table, index=pd.Index(self.vocabulary["word"], name="word"))
