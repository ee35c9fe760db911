"""The out-of-vocabulary share of each text, among all its tokens and among its content tokens."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from embedkit.model.table_rows import OUT_OF_VOCABULARY, State

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.predictions import Prediction
    from embedkit.interfaces import BoolArray, IntArray


@dataclass(frozen=True)
class Shares:
    """The out-of-vocabulary shares of n texts, in order, with their lengths and whether they are wrong.

    `wrong` bool [n]; `length` int64 [n] is the number of tokens read; `all` and `content`, float64 [n], are
    the shares among all tokens and among content tokens, NaN for a text without such tokens.
    """

    wrong: BoolArray
    length: IntArray
    all: NDArray[np.float64]
    content: NDArray[np.float64]

    @classmethod
    def joined(cls, parts: Sequence[Shares]) -> Shares:
        """Return the concatenation of `parts`."""
        import numpy as np

        columns = {each.name: [getattr(part, each.name) for part in parts] for each in fields(cls)}
        return cls(**{name: np.concatenate(arrays) for name, arrays in columns.items()})


def measure(texts: Iterable[Prediction], content: Content) -> Shares:
    """Compute the out-of-vocabulary shares of the texts whose labels are known; the others are left out."""
    import numpy as np

    wrong, counts = bytearray(), array("i")
    for text in texts:
        if text.label is not None:
            wrong.append(text.wrong)
            counts.extend((len(text.tokens), _missing(text.states)))
            counts.extend(count_content(text.tokens, text.states, content))
    length, missing, content_tokens, content_missing = np.asarray(counts).reshape(-1, 4).T
    all_tokens, of_content = _ratio(missing, length), _ratio(content_missing, content_tokens)
    return Shares(np.array(wrong, np.bool_), length.astype(np.int64), all_tokens, of_content)


def count_content(tokens: Sequence[str], states: Sequence[State], content: Content) -> tuple[int, int]:
    """Count the content tokens, and the content tokens that are out of vocabulary."""
    of_content = [state for token, state in zip(tokens, states, strict=True) if content.is_content(token)]
    return len(of_content), _missing(of_content)


def _missing(states: Sequence[State]) -> int:
    return sum(map(states.count, OUT_OF_VOCABULARY))


def _ratio(part: IntArray, whole: IntArray) -> NDArray[np.float64]:
    import numpy as np

    shares: NDArray[np.float64] = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return shares
