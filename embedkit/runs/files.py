"""The files of a finished run: which must exist; each is checked against the manifest before it is read.

A run may come from somebody else, so its files are not trusted: no file outside its directory is read, and no
more memory is taken than a file can fill.
"""

from __future__ import annotations

import json
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, RunError
from embedkit.files.digest import sha256
from embedkit.recipe.document import Plain
from embedkit.runs import layout
from embedkit.runs.axes import Axes
from embedkit.runs.sealing import AXES

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.learning_curves import LearningCurves
    from embedkit.evaluation.oov.result import OovAnalysis
    from embedkit.evaluation.ranking.result import Ranking

LARGEST = 16 << 20
"""Bytes that a JSON file of a run may have."""

LARGER: Mapping[str, int] = {layout.METRICS: 512 << 20, layout.OOV: 512 << 20}
"""Limits of files that grow with the number of classes: a confusion matrix grows with its square."""

CONTAINERS = 2_000_000
"""Lists and objects that such a file may have: in memory each is many times as large as its brackets."""

_EVALUATED = (layout.RECIPE, layout.ENVIRONMENT, layout.METRICS, layout.PREDICTIONS, layout.OOV)
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "training": (
        *_EVALUATED,
        layout.EMBEDDING,
        layout.VOCABULARY,
        layout.DROPPED,
        layout.WEIGHTS,
        layout.EMBEDDING_BEFORE,
        layout.MODEL,
        layout.MODEL_SUMMARY,
        layout.HISTORY,
    ),
    "text-encoder": (
        *_EVALUATED,
        layout.EMBEDDING,
        layout.VOCABULARY,
        layout.WEIGHTS,
        layout.MODEL,
        layout.MODEL_SUMMARY,
        layout.HISTORY,
    ),
    "baseline": (*_EVALUATED, layout.EMBEDDING, layout.MODEL, layout.VOCABULARY),
    "several": _EVALUATED,
    "evaluation": (*_EVALUATED, layout.EMBEDDING),
    "intrinsic": (layout.RECIPE, layout.ENVIRONMENT, layout.METRICS),
    "ranking": (layout.RECIPE, layout.ENVIRONMENT, layout.RANKING),
}
"""The files that a run of each kind has at the least."""

_KINDS = {"intrinsic": "intrinsic", "model": "evaluation", "candidates": "ranking", "matrix": "ranking"}
"""Kinds of runs by the key that only their recipes have."""

_INNER = "|".join(re.escape(pattern).replace(r"\*", r"[^/\\\x00]+") for pattern in layout.INNER_RUNS)
_NAME = re.compile(rf"(?:(?:{_INNER})/{re.escape(layout.MANIFEST)}|[^/\\\x00]+)")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class RunFiles:
    """The files of the run in `directory`."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._verified: set[str] = set()

    @cached_property
    def _manifest(self) -> dict[str, object]:
        manifest = read_json(self._regular(layout.MANIFEST))
        if not isinstance(manifest, dict) or not manifest.keys() - {AXES}:
            where = str(self.directory / layout.MANIFEST)
            raise RunError(Fault("damaged: it lists no files", where=where))
        return manifest

    @cached_property
    def digests(self) -> Mapping[str, str]:
        """Return the SHA-256 of each file by name, from the manifest.

        Raises RunError if the manifest is damaged or empty, or lists a name that cannot be a file of a run.
        """
        digests = {name: digest for name, digest in self._manifest.items() if name != AXES}
        where = str(self.directory / layout.MANIFEST)
        faults = [
            Fault(f"damaged: {name!r} is no file of a run with its SHA-256", where=where)
            for name, digest in digests.items()
            if not _is_entry(name, digest)
        ]
        if faults:
            raise RunError(*faults[:5])
        return {name: str(digest) for name, digest in digests.items()}

    @cached_property
    def axes(self) -> Axes:
        """Return the axes of the run, from the manifest or, where that has none, from the recipe.

        Raises RunError if the manifest has another fold, seed or share of hidden vectors than the recipe.
        """
        try:
            axes = Axes.of(self._recipe)
            listed = Axes.from_json(self._manifest.get(AXES, axes.to_json()))
        except ValueError as error:
            raise RunError(Fault(f"damaged: {error}", where=str(self.directory / layout.MANIFEST))) from None
        if listed.of_recipe != axes:
            what = f"damaged: other {AXES} than {layout.RECIPE}"
            raise RunError(Fault(what, where=str(self.directory / layout.MANIFEST)))
        return listed

    @cached_property
    def _recipe(self) -> Plain:
        from embedkit.recipe.yaml import read_document

        if layout.RECIPE not in self.digests:
            raise RunError(_unlisted(layout.RECIPE, self.directory))
        recipe: Plain = read_document(self._compared(layout.RECIPE)).data
        return recipe

    @cached_property
    def kind(self) -> str:
        """Return the kind of the run, a key of `REQUIRED`. Raises RunError if a required file is missing."""
        kind = _kind_of(self._recipe)
        missing = [*self._missing(kind, self._recipe)]
        if missing:
            raise RunError(*(_unlisted(name, self.directory) for name in missing))
        return kind

    def _missing(self, kind: str, recipe: Plain) -> Iterator[str]:
        needed = [*REQUIRED[kind]]
        embedding = recipe.get("embedding")
        if kind == "training" and isinstance(embedding, Mapping) and embedding.get("unseen") == "lookup":
            needed += [layout.UNSEEN, layout.UNSEEN_VECTORS]
        if layout.PREDICTIONS_PARQUET in self.digests:
            needed = [name for name in needed if name != layout.PREDICTIONS]
        yield from (name for name in needed if name not in self.digests)
        if kind == "several" and len(self.folds) < 2:
            yield f"{layout.FOLDS}/*/{layout.MANIFEST}"

    @property
    def folds(self) -> list[str]:
        """Return the names of the manifests of the runs over folds and seeds."""
        return [name for name in self.digests if name.startswith(f"{layout.FOLDS}/")]

    @property
    def inner(self) -> list[str]:
        """Return the names of the manifests of all inner runs."""
        return [name for name in self.digests if "/" in name]

    def __contains__(self, name: str) -> bool:
        return name in self.digests

    def path(self, name: str) -> Path:
        """Return the path of the file `name`, after checking it against the manifest.

        Raises RunError if the run is incomplete, or if the file is missing, has changed, is not a regular
        file, or is outside the run.
        """
        self.refuse_incomplete()
        return self._compared(name)

    def json(self, name: str) -> Any:
        """Return the parsed JSON file `name`. Raises RunError as `path` does, and if the file is damaged."""
        from embedkit.runs.json_schemas import check_form

        path = self.path(name)
        value = read_json(path, LARGER.get(name, LARGEST))
        check_form(path, self.kind, len(self.folds), value)
        return value

    def refuse_incomplete(self) -> None:
        """Raise RunError if the manifest lacks a file that a run of its kind must have."""
        assert self.kind in REQUIRED

    def verify(self, names: Iterable[str] = ()) -> None:
        """Check every file, or those in `names`, and the manifests of inner runs, against the manifest.

        Raises RunError, with one fault for each file that is missing or has changed.
        """
        chosen = {*names}
        faults: list[Fault] = []
        for name in self.digests:
            if not chosen or name in chosen or name in self.inner:
                try:
                    self._compared(name)
                except RunError as error:
                    faults += error.faults
        if faults:
            raise RunError(*faults)

    def _compared(self, name: str) -> Path:
        if name not in self.digests:
            raise RunError(_unlisted(name, self.directory))
        path = self._regular(name)
        if name not in self._verified:
            if _digest(path) != self.digests[name]:
                raise RunError(Fault("the file is not what the run wrote: SHA-256 differs", where=str(path)))
            self._verified.add(name)
        return path

    def _regular(self, name: str) -> Path:
        """Return the path of a regular file in the run, without opening it: a pipe or device could block.

        Raises RunError if the file is missing, cannot be accessed, is not regular, or links out of the run.
        """
        path = self.directory / name
        try:
            inside = path.resolve(strict=True).is_relative_to(self.directory.resolve(strict=True))
            regular = stat.S_ISREG(path.stat().st_mode)
        except (FileNotFoundError, NotADirectoryError):
            raise RunError(Fault("the file is missing", where=str(path))) from None
        except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: links that go round in a circle
            what = f"cannot be read: {getattr(error, 'strerror', None) or error}"
            raise RunError(Fault(what, where=str(path))) from error
        if not inside:
            raise RunError(Fault("it is a link to a file outside of the run", where=str(path)))
        if not regular:
            raise RunError(Fault("it is no regular file", where=str(path)))
        return path


def _is_entry(name: str, digest: object) -> bool:
    return bool(
        _NAME.fullmatch(name)
        and not {".", ".."} & {*name.split("/")}
        and isinstance(digest, str)
        and _DIGEST.fullmatch(digest)
    )


def _unlisted(name: str, directory: Path) -> Fault:
    return Fault(f"the manifest does not list {name}", where=str(directory / layout.MANIFEST))


def _digest(path: Path) -> str:
    try:
        return sha256(path)
    except OSError as error:
        raise RunError(Fault(f"cannot be read: {error.strerror}", where=str(path))) from error


def _kind_of(recipe: Plain) -> str:
    """Return the kind of run that a recipe, given as plain data, makes."""
    for key, kind in _KINDS.items():
        if key in recipe:
            return kind
    data = recipe.get("data")
    folds = data.get("folds") if isinstance(data, Mapping) else None
    crossed = isinstance(folds, Mapping) and folds.get("only") is None
    if crossed or recipe.get("seeds") is not None:
        return "several"
    if "baseline" in recipe:
        return "baseline"
    # A text encoder brings its own tokenizer: such a recipe has none of what an embedding matrix needs.
    table = any(key in recipe for key in ("tokenizer", "vocabulary", "oov"))
    return "training" if table else "text-encoder"


def read_json(path: Path, largest: int = LARGEST) -> Any:
    """Parse a JSON file. Raises RunError if it is unreadable, damaged, too large or too deeply nested."""
    try:
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise RunError(Fault(f"cannot be read: {error.strerror}", where=str(path))) from error
    if len(content) > largest or content.count(b"[") + content.count(b"{") > CONTAINERS:
        raise RunError(Fault("damaged: more than such a file of a run holds", where=str(path)))
    try:
        return _parsed(content)
    except RecursionError:
        raise RunError(Fault("damaged: lists in lists too deep", where=str(path))) from None
    except ValueError as error:
        raise RunError(Fault(f"damaged: not JSON: {error}", where=str(path))) from error


def read_oov(path: Path) -> OovAnalysis:
    """Read an oov.json. Raises RunError as `read_json` does, and for a figure that cannot be."""
    from embedkit.runs.json_schemas import oov_analysis

    return oov_analysis(path, read_json(path, LARGER[layout.OOV]))


def read_ranking(path: Path) -> Ranking:
    """Read a ranking.json. Raises RunError as `read_json` does, and for a figure that cannot be."""
    from embedkit.runs.json_schemas import ranking

    return ranking(path, read_json(path))


def read_learning_curve(path: Path) -> LearningCurves:
    """Read a learning-curve.json. Raises RunError as `read_json` does, and for a figure that cannot be."""
    from embedkit.runs.json_schemas import learning_curves

    return learning_curves(path, read_json(path))


def _parsed(content: bytes) -> Any:
    """Parse JSON. Raises ValueError if the content is not JSON or not UTF-8."""
    return json.loads(content.decode(), parse_constant=_refuse_constant)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number there")
