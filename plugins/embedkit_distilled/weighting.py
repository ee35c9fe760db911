"""Principal components of word vectors, and weights by the frequency of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.plugin_api import FloatArray


def principal_components(vectors: FloatArray, dim: int, removed: int = 0) -> FloatArray:
    """Return the coordinates of `vectors`, float32 [n, D], on their principal components: [n, dim].

    The first `removed` components are left out (Mu & Viswanath 2018, "All-but-the-Top"). The coordinate that
    is largest in absolute value is positive on every component, as in model2vec.
    """
    import numpy as np

    centred = vectors.astype(np.float64) - vectors.mean(axis=0, dtype=np.float64)
    _, directions = np.linalg.eigh(centred.T @ centred)  # in ascending order of their variance
    scores = centred @ directions[:, ::-1][:, removed : removed + dim]
    largest = np.abs(scores).argmax(axis=0)
    signs = np.where(scores[largest, np.arange(scores.shape[1])] < 0, -1.0, 1.0)
    coordinates: FloatArray = (scores * signs).astype(np.float32)
    return coordinates


def sif_weights(
    words: Sequence[str], texts: Sequence[Sequence[str]], coefficient: float
) -> NDArray[np.float32]:
    """Return a / (a + p(w)) for each word w, float32 [n], where a is `coefficient`.

    p(w) is the share of the tokens of `texts` that are w (smooth inverse frequency, Arora et al. 2017).
    """
    import numpy as np

    counts = Counter(chain.from_iterable(texts))
    shares = np.array([counts[word] for word in words], np.float64) / max(counts.total(), 1)
    weights: NDArray[np.float32] = (coefficient / (coefficient + shares)).astype(np.float32)
    return weights
