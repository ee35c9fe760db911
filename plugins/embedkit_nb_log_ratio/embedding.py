"""`nb-log-ratio`: the log-count ratios of naive Bayes as word vectors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain, compress
from typing import TYPE_CHECKING, Annotated, ClassVar

from annotated_types import Gt

from embedkit.plugin_api import DataError, Doc, EmbeddingContext, Fault

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.plugin_api import KnownWords


class NBLogRatio:
    """A word's vector is how much likelier it is in the training texts of a class than in the others.

    For each class the logarithm of the ratio of its share of their tokens, as in multinomial naive Bayes; of
    two classes the last one's alone. The sum over a text's tokens is what naive Bayes says of it, but for how
    frequent the classes are. Wang & Manning 2012, "Baselines and Bigrams: Simple, Good Sentiment and Topic
    Classification".
    """

    standalone: ClassVar[bool] = False

    def __init__(
        self,
        *,
        alpha: Annotated[
            float, Gt(0), Doc("smoothing: added to the count of every word in every class")
        ] = 1.0,
        scale: Annotated[float, Gt(0), Doc("factor for every ratio")] = 1.0,
    ) -> None:
        self.alpha = alpha
        self.scale = scale

    def open(self, context: EmbeddingContext) -> KnownWords:
        """Count words in the training texts and return their log-count ratios as vectors.

        Raises DataError if there are no labelled texts.
        """
        import numpy as np

        from embedkit.plugin_api import KnownWords

        targets = np.asarray(context.training_targets())
        if not len(targets):
            raise DataError(Fault("there are no labelled texts to count words in", where="embedding"))
        words, tokens = context.words, context.training_tokens
        of_classes = _columns(targets, len(context.classes)).T
        there = np.stack([_counts(words, compress(tokens(), each)) for each in of_classes], axis=1)
        absent = _counts(words, tokens())[:, None] - there
        ratios = _log_shares(there + self.alpha) - _log_shares(absent + self.alpha)
        vectors = (self.scale * ratios).astype(np.float32)
        return KnownWords(context.words, vectors, unk=np.zeros(vectors.shape[1], dtype=np.float32))


def _columns(targets: NDArray[np.generic], classes: int) -> NDArray[np.bool_]:
    """Return which texts belong to the class of each dimension, bool [n, D]."""
    import numpy as np

    if targets.ndim == 2:
        return targets.astype(np.bool_)
    of_class = targets[:, None] == np.arange(classes)
    chosen: NDArray[np.bool_] = of_class[:, 1:] if classes == 2 else of_class
    return chosen


def _counts(words: Sequence[str], texts: Iterable[Sequence[str]]) -> NDArray[np.float64]:
    """Return how often each of `words` occurs in `texts`, float64 [n]."""
    import numpy as np

    counts = Counter(chain.from_iterable(texts))
    return np.array([counts[word] for word in words], dtype=np.float64)


def _log_shares(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    import numpy as np

    shares: NDArray[np.float64] = np.log(counts / counts.sum(axis=0))
    return shares
