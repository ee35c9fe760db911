"""The run directory: complete or absent, never half-written.

While a run is under way it lives in `DIR.partial/`, held by a lock; when everything is written and listed in
the manifest it is renamed. What is called `DIR` is complete.
"""

from __future__ import annotations

import csv
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from embedkit.errors import Fault, RunError
from embedkit.fingerprint import sha256

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"
LOG = "log.jsonl"


def default_directory(name: str) -> Path:
    """`runs/<name>-<UTC time>` below the current directory."""
    return Path("runs") / f"{name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"


class RunWriter:
    """Writes the files of a run into its partial directory."""

    def __init__(self, partial: Path) -> None:
        self.directory = partial

    def text(self, name: str, text: str) -> None:
        """A UTF-8 file."""
        (self.directory / name).write_text(text, encoding="utf-8", newline="\n")

    def json(self, name: str, value: object) -> None:
        """A JSON document, indented; NaN and infinity are refused, as JSON has neither."""
        self.text(name, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def csv(self, name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """A CSV file with one header line, as RFC 4180 quotes, lines ending in LF."""
        with (self.directory / name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(header)
            writer.writerows(rows)

    def tensors(self, name: str, tensors: Mapping[str, Any]) -> None:
        """A safetensors file."""
        from safetensors.torch import save_file

        save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, self.directory / name)


@contextmanager
def create_run(directory: Path) -> Iterator[RunWriter]:
    """Write a run: what the block wrote becomes `directory` when it ends well, and vanishes when it raises.

    Raises RunError where `directory` exists already or another process is writing it.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    partial = directory.with_name(directory.name + ".partial")
    with _locked(directory):
        _refuse_existing(directory)
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        try:
            yield RunWriter(partial)
            _seal(partial)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
        partial.rename(directory)
        _sync(directory.parent)


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    import filelock

    path = directory.with_name(directory.name + ".lock")
    lock = filelock.FileLock(path)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise RunError(Fault("another run is writing this directory", where=str(directory))) from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        lock.release()


def _refuse_existing(directory: Path) -> None:
    if directory.exists():
        hint = "Choose another --out, or remove it; finished runs are never overwritten."
        raise RunError(Fault("the directory exists already", where=str(directory), hint=hint))


def _seal(partial: Path) -> None:
    files = sorted(path for path in partial.iterdir() if path.name not in (MANIFEST, LOG))
    manifest = {path.name: sha256(path) for path in files}
    (partial / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    for path in partial.iterdir():
        _sync(path)
    _sync(partial)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Run:
    """A finished run, read from its directory. Tables come as pandas DataFrames."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not (self.path / MANIFEST).is_file():
            partial = self.path.with_name(self.path.name + ".partial").exists()
            hint = "It was started and not finished." if partial else None
            raise RunError(Fault("no finished run in this directory", where=str(path), hint=hint))

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    def verify(self) -> None:
        """Raise RunError where a file is missing or is not what the manifest says."""
        faults = []
        for name, expected in self.read_json(MANIFEST).items():
            path = self.path / name
            if not path.is_file():
                faults.append(Fault("the file is missing", where=str(path)))
            elif sha256(path) != expected:
                faults.append(Fault("the file is not what the run wrote: SHA-256 differs", where=str(path)))
        if faults:
            raise RunError(*faults)

    def read_json(self, name: str) -> Any:
        """A JSON file of the run."""
        return json.loads((self.path / name).read_text(encoding="utf-8"))

    def read_csv(self, name: str) -> pd.DataFrame:
        """A CSV file of the run; words and labels stay text, whatever they look like."""
        import pandas as pd

        text = dict.fromkeys(("word", "label", "predicted", "text", "oov_tokens", "token_list", "via"), str)
        frame = pd.read_csv(
            self.path / name, dtype=text, keep_default_na=False, na_values={"oov_share": [""]}
        )
        for column in frame.columns.intersection(["oov_tokens", "token_list"]):
            frame[column] = [json.loads(cell) for cell in frame[column]]
        return frame

    @cached_property
    def metrics(self) -> dict[str, Any]:
        """By split, the metrics of metrics.json."""
        return dict(self.read_json("metrics.json"))

    @cached_property
    def predictions(self) -> pd.DataFrame:
        """predictions.csv: one row for each example of every split."""
        return self.read_csv("predictions.csv")

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
        table = load_file(self.path / name)["embedding.weight"]
        return pd.DataFrame(table, index=pd.Index(self.vocabulary["word"], name="word"))
