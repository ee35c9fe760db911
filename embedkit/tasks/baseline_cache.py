"""Fitted baselines in the cache: fitted once for equal training texts, by all processes and later runs.

An entry is identified by what it depends on: the training texts with labels and classes, the baseline with
its parameters, its code and the versions of what it needs. A fit is stored as its state, numbers and plain
data from which it gives the same probabilities bit for bit; the probabilities of texts stand beside it.
"""

from __future__ import annotations

import hashlib
import json
import logging
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from embedkit.errors import EmbedkitError
from embedkit.files.cache import one_at_a_time
from embedkit.interfaces import BaselineState, RestorableBaseline, StorableFit
from embedkit.interfaces.contracts import check_chosen, check_state
from embedkit.recipe.code_digest import component_digest, texts_digest
from embedkit.vectors.lookup.row_cache import CachedArrays

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import Baseline, BoolArray, FittedBaseline, IntArray, Task
    from embedkit.recipe.build import Part
    from embedkit.vectors.lookup.row_cache import Arrays

log = logging.getLogger(__name__)

FEWEST_TEXTS = 50
"""With fewer training texts, a baseline is fitted at least as fast as it is looked up."""

WORTH_KEEPING = 0.1
"""Seconds of fitting from which on a fit is kept."""

_DESCRIPTION = "description"
_PROBABILITIES = "probabilities"
_OF_STATE = "state-"
"""What stands before the names of the arrays of a state."""


@dataclass(frozen=True)
class TrainingTexts:
    """What a baseline is fitted to: texts with their labels, as indices or indicators, and the classes."""

    texts: Sequence[str]
    labels: IntArray | BoolArray
    classes: Sequence[str]

    @cached_property
    def digest(self) -> str:
        """Return a digest of all of it, which identifies a training split without storing it."""
        counts = [self.labels.dtype.str, *map(str, self.labels.shape), str(len(self.classes))]
        digest = hashlib.sha256(self.labels.tobytes())
        digest.update(texts_digest(chain(counts, self.classes, self.texts)).encode())
        return digest.hexdigest()

    @property
    def task(self) -> Task:
        """Return the task: binary, multiclass or multilabel classification."""
        return "multilabel" if self.labels.ndim == 2 else "binary" if len(self.classes) == 2 else "multiclass"


def keeping_fits(part: Part, baseline: Baseline) -> Baseline:
    """Return `baseline`, which `part` made, as one that keeps its fits in the cache.

    A plugin's baseline is returned as it is, and so is one that reads files or that cannot be restored.
    """
    if not part.bundled or part.reads_files() or not isinstance(baseline, RestorableBaseline):
        return baseline
    return KeptBaseline(baseline, part.spec.use, f"{component_digest(part)} {platform.machine()}")


@dataclass(frozen=True)
class KeptBaseline:
    """A baseline, called `name`, whose fits are in the cache.

    `about` identifies what they depend on besides the texts.
    """

    baseline: RestorableBaseline
    name: str
    about: str

    def fit(
        self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]
    ) -> FittedBaseline:
        """Return the fitted baseline, from the cache if it is there. Raises what fitting it raises.

        If another process is fitting it to the same texts, its fit is waited for.
        """
        training = TrainingTexts(texts, labels, classes)
        if len(texts) < FEWEST_TEXTS:
            return self._fit(training)
        about = f"{self.about} {training.digest}"
        entry = Entry(about, f"{len(texts):,} texts, by {self.name}")
        if (kept := self._kept(entry, training)) is not None:
            return kept
        with one_at_a_time(entry.folder):
            return self._kept(entry, training) or self._fit_and_keep(entry, training)

    def _fit(self, training: TrainingTexts) -> FittedBaseline:
        return self.baseline.fit(training.texts, training.labels, training.classes)

    def _fit_and_keep(self, entry: Entry, training: TrainingTexts) -> FittedBaseline:
        start = time.perf_counter()
        fitted = self._fit(training)
        if time.perf_counter() - start < WORTH_KEEPING or not isinstance(fitted, StorableFit):
            return fitted
        chosen = check_chosen(fitted)
        entry.keep(check_state(fitted, fitted.state()), chosen)
        return KeptFit(entry, chosen, lambda: fitted)

    def _kept(self, entry: Entry, training: TrainingTexts) -> KeptFit | None:
        """Return the fit that is in the cache; None if there is none."""
        stored = entry.stored()
        if stored is None:
            return None
        return KeptFit(entry, stored.chosen, lambda: self._restored(entry, training))

    def _restored(self, entry: Entry, training: TrainingTexts) -> FittedBaseline:
        """Return the fit, restored from its state or, if that is gone or damaged, fitted again."""
        stored = entry.stored()
        if stored is not None:
            try:
                return self.baseline.restore(stored.state, training.classes, training.task)
            except EmbedkitError as error:
                log.warning("%s: the fit cannot be used: %s; fitting again", entry.folder, error)
        return self._fit(training)


class KeptFit:
    """A fitted baseline whose probabilities are in the cache; `make` gives one that computes others.

    `chosen` are the parameters that it chose by itself.
    """

    def __init__(self, entry: Entry, chosen: Mapping[str, Any], make: Callable[[], FittedBaseline]) -> None:
        self.chosen = chosen
        self._entry = entry
        self._make = make

    @cached_property
    def _fitted(self) -> FittedBaseline:
        return self._make()

    def state(self) -> BaselineState:
        """Return the state of the fit: fits without one are not in the cache."""
        assert isinstance(self._fitted, StorableFit), "only fits with a state are kept"
        return self._fitted.state()

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return the class probabilities [n, C] of `texts`, from the cache if they are there."""
        kept = self._entry.probabilities(texts)
        found: list[NDArray[np.float64]] = []
        if kept.use(lambda arrays: found.append(arrays[_PROBABILITIES])):
            return found[0]
        computed = self._fitted.probabilities(texts)
        if str(getattr(computed, "dtype", None)) == "float64":
            kept.keep({_PROBABILITIES: computed})
        return computed


@dataclass(frozen=True)
class Stored:
    """A fit in the cache: its state, and the parameters that it chose by itself."""

    state: BaselineState
    chosen: Mapping[str, Any]


@dataclass(frozen=True)
class Entry:
    """The files of a fit in the cache; `about` is what it depends on, `source` is named in the log."""

    about: str
    source: str

    @property
    def folder(self) -> str:
        """Return the folder of its files, relative to that of the cache."""
        return f"baselines/{hashlib.sha256(self.about.encode()).hexdigest()[:32]}"

    @property
    def _fit(self) -> CachedArrays:
        return CachedArrays(f"{self.folder}/fit", self.about, "fit", self.source)

    def keep(self, state: BaselineState, chosen: Mapping[str, Any]) -> None:
        """Write a fit into the cache, if that is possible."""
        import numpy as np

        described = json.dumps({"data": state.data, "chosen": chosen}).encode()
        arrays = {f"{_OF_STATE}{name}": np.ascontiguousarray(array) for name, array in state.arrays.items()}
        self._fit.keep({_DESCRIPTION: np.frombuffer(described, np.uint8), **arrays})

    def stored(self) -> Stored | None:
        """Return the fit in the cache; None if there is none that is intact."""
        found: list[Stored] = []
        self._fit.use(lambda arrays: found.append(_stored(arrays)))
        return found[0] if found else None

    def probabilities(self, texts: Sequence[str]) -> CachedArrays:
        """Return the place of the probabilities of `texts`."""
        about = f"{self.about} {texts_digest(texts)}"
        name = f"probabilities-{hashlib.sha256(about.encode()).hexdigest()[:16]}"
        return CachedArrays(f"{self.folder}/{name}", about, "probabilities", self.source)


def _stored(arrays: Arrays) -> Stored:
    described = json.loads(arrays[_DESCRIPTION].tobytes())
    of_state = {name.removeprefix(_OF_STATE): array for name, array in arrays.items() if name != _DESCRIPTION}
    return Stored(BaselineState(of_state, described["data"]), described["chosen"])
