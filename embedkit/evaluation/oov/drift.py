"""What training did to the embedding table: how far rows moved, and which neighbours they gained and lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.evaluation.oov.result import DriftSummary
from embedkit.vectors.cosine import nearest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import FloatArray, IntArray

    Floats = NDArray[np.float64]

NEIGHBOURS = 10
PAIRS = 100_000_000
"""Most pairs of rows whose cosine is computed before and after training: all pairs of 10,000 words."""


@dataclass(frozen=True)
class Drift:
    """The distance between the old and the new vector of each of m rows, and their cosine, float64 [m].

    The cosine is NaN where a row is zero. `before` and `after`, int64 [q, k], are the rows nearest to each
    row in `asked`, int64 [q], the nearest first; -1 where there is none, as a row of zeros is near nothing.
    """

    distance: Floats
    cosine: Floats
    asked: IntArray
    before: IntArray
    after: IntArray

    def changed(self, query: int) -> tuple[list[int], list[int]]:
        """Return the neighbours that the `query`-th row of `asked` gained, and those that it lost."""
        before, after = self.before[query].tolist(), self.after[query].tolist()
        gained = [row for row in after if row >= 0 and row not in before]
        return gained, [row for row in before if row >= 0 and row not in after]


def measure_drift(
    before: FloatArray, after: FloatArray, counts: Sequence[int], k: int = NEIGHBOURS, pairs: int = PAIRS
) -> Drift:
    """Compare the embedding table before and after training, each float32 [m, D].

    Each row's `k` neighbours are found by cosine within its table. If comparing all rows takes more than
    `pairs` pairs, neighbours are found for the most frequent words only, by `counts` [m].
    """
    import numpy as np

    distance = np.linalg.norm(after.astype(np.float64) - before, axis=1)
    asked = np.argsort(-np.asarray(counts), kind="stable")[: max(1, pairs // max(1, len(before)))]
    asked = np.sort(asked)
    return Drift(distance, _cosine(before, after), asked, nearest(before, asked, k), nearest(after, asked, k))


def _cosine(before: FloatArray, after: FloatArray) -> Floats:
    import numpy as np

    product = np.einsum("md,md->m", before, after, dtype=np.float64)
    lengths = np.linalg.norm(before, axis=1).astype(np.float64) * np.linalg.norm(after, axis=1)
    cosine = np.divide(product, lengths, out=np.full(len(before), np.nan), where=lengths > 0)
    return np.asarray(cosine.clip(-1, 1))


def summarize_drift(drift: Drift, origin: Sequence[str]) -> dict[str, DriftSummary]:
    """Return, by origin, the number of rows, how many moved and how far, and their new neighbours."""
    import numpy as np

    origins = np.asarray(origin)
    gained = np.array([len(drift.changed(query)[0]) for query in range(len(drift.asked))], dtype=np.float64)
    summary = {}
    for name in dict.fromkeys(origin):
        rows = origins == name
        distance, of_asked = drift.distance[rows], gained[rows[drift.asked]]
        summary[name] = DriftSummary(
            rows=int(rows.sum()),
            moved=int((distance > 0).sum()),
            mean_distance=float(distance.mean()),
            median_distance=float(np.median(distance)),
            median_cosine=_or_none(np.nanmedian, drift.cosine[rows]),
            neighbours_of=len(of_asked),
            mean_gained=float(of_asked.mean()) if len(of_asked) else None,
        )
    return summary


def _or_none(figure: Callable[[Floats], np.floating], values: Floats) -> float | None:
    import numpy as np

    return None if np.isnan(values).all() else float(figure(values))
