"""What cleanlab says of labels, by the same probabilities; the package is an optional dependency."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import BoolArray, IntArray


@dataclass(frozen=True)
class CleanlabScores:
    """cleanlab's `quality` of each label, [N], the lower the more suspect, and which ones it `flagged`, [N].

    The quality of several models is the mean of each one's probability of the label, weighted by accuracy.
    """

    quality: NDArray[np.float64]
    flagged: BoolArray


def cleanlab_scores(probabilities: NDArray[np.float64], labels: IntArray) -> CleanlabScores | None:
    """Return what cleanlab says of the labels [N] by the probabilities of M models, [M, N, C].

    None if cleanlab is not installed, or if all labels are the same, which cleanlab refuses.
    """
    if (labels == labels[0]).all():
        return None
    try:
        from cleanlab.filter import find_label_issues
        from cleanlab.rank import get_label_quality_ensemble_scores, get_label_quality_scores
    except ImportError:
        return None
    with warnings.catch_warnings():
        # of classes with few texts
        warnings.simplefilter("ignore")
        flagged = find_label_issues(labels, probabilities.mean(axis=0), n_jobs=1)
        if len(probabilities) == 1:
            return CleanlabScores(get_label_quality_scores(labels, probabilities[0]), flagged)
        quality = get_label_quality_ensemble_scores(labels, [*probabilities], verbose=False)
    return CleanlabScores(quality, flagged)
