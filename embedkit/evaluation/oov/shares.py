"""The out-of-vocabulary share of each text, among all its tokens and among its content tokens."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import compress
from typing import TYPE_CHECKING

from embedkit.model.token_states import OUT_OF_VOCABULARY, State

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.predictions import Prediction, Predictions
    from embedkit.files.rows import Rows
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


def measure_split(texts: Predictions, content: Content) -> Shares:
    """Compute the shares of one model's predictions for a split, as `measure` does, by numbers of words."""
    import numpy as np

    words, numbers = texts.token_states.words, texts.token_states.numbers
    missing = np.array([word.state in OUT_OF_VOCABULARY for word in words], np.bool_)
    of_content = np.array(content.of([word.word for word in words]), np.bool_)
    length = np.asarray(numbers.lengths())
    kinds = (missing, of_content, of_content & missing)
    all_missing, content_tokens, content_missing = _counted(numbers, kinds)
    known = np.array([label is not None for label in texts.split.examples.labels], np.bool_)
    return Shares(
        texts.wrong()[known],
        length[known],
        _ratio(all_missing, length)[known],
        _ratio(content_missing, content_tokens)[known],
    )


def _counted(numbers: Rows, kinds: Sequence[BoolArray]) -> list[IntArray]:
    """Count the tokens of each text whose words are of each of some kinds, bool [words]: int64 [n] each."""
    import numpy as np

    counts: list[list[IntArray]] = [[] for _ in kinds]
    for block in numbers.blocks():
        read = np.frombuffer(b"".join(block), np.int32)
        ends = np.cumsum([len(row) for row in block])
        for kind, found in zip(kinds, counts, strict=True):
            before = np.concatenate([[0], np.cumsum(kind[read])])
            found.append(np.diff(before[ends], prepend=0))
    return [np.concatenate([np.zeros(0, np.int64), *found]) for found in counts]


def count_content(tokens: Sequence[str], states: Sequence[State], content: Content) -> tuple[int, int]:
    """Count the content tokens, and the content tokens that are out of vocabulary."""
    of_content = [*compress(states, content.of(tokens))]
    return len(of_content), _missing(of_content)


def _missing(states: Sequence[State]) -> int:
    return sum(map(states.count, OUT_OF_VOCABULARY))


def _ratio(part: IntArray, whole: IntArray) -> NDArray[np.float64]:
    import numpy as np

    shares: NDArray[np.float64] = np.divide(part, whole, out=np.full(len(whole), np.nan), where=whole > 0)
    return shares
