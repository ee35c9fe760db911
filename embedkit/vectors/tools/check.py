"""Checks a whole word-vector file: what it holds, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unicodedata import is_normalized

from embedkit.vectors.file import VectorFile
from embedkit.vectors.lookup.byte_order import BIG_ENDIAN
from embedkit.vectors.lookup.order import OrderFinder
from embedkit.vectors.lookup.word_hash import hash_words
from embedkit.vectors.reading import Block

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray

SHOWN = 5
"""Words that are named of each kind."""

NOT_COMPOSED = (
    "words are not in Unicode's composed form (NFC), as texts are: "
    "they are found, if at all, by the policy nfc"
)

LEAST, MOST = 1e-6, 1e6
"""Lengths that vectors have: no training gives shorter ones, or longer."""

ABSURD = (
    f"vectors are longer than {MOST:,.0f} or shorter than {LEAST:.0e}, which no training gives: "
    "the file is damaged, or its numbers are of another type or byte order"
)

BYTE_ORDER = (
    "its numbers are big-endian, as Java writes them: they are read so here, and wrongly by other tools"
)


@dataclass
class Finding:
    """Words of one kind: how many there are, and the first few."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, words: Sequence[bytes]) -> None:
        """Add these words to the count, and to the first few."""
        self.count += len(words)
        self.first += [word.decode() for word in words[: SHOWN - len(self.first)]]


@dataclass
class Contents:
    """What a pass over a whole file found.

    Norms are Euclidean, of the vectors that are finite. `bfloat16` says whether every value is the same in
    bfloat16, as in GoogleNews. `order` is the result of an OrderFinder. `tokenizer` is the file that
    has the words of a static model: it cuts texts into them, so white space in them is no fault.
    """

    format: str
    dtype: str
    layout: str
    dim: int
    count: int = 0
    order: str | None = None
    tokenizer: str | None = None
    bfloat16: bool = True
    first: list[str] = field(default_factory=list)
    last: list[str] = field(default_factory=list)
    norm_least: float = float("inf")
    norm_most: float = 0.0
    norm_mean: float = 0.0
    norm_deviation: float = 0.0
    repeated: Finding = field(default_factory=Finding)
    not_finite: Finding = field(default_factory=Finding)
    zero: Finding = field(default_factory=Finding)
    blank: Finding = field(default_factory=Finding)
    decomposed: Finding = field(default_factory=Finding)
    absurd: Finding = field(default_factory=Finding)

    def faults(self) -> list[str]:
        """Return a line for each kind of fault; an empty list for a file without faults."""
        kinds = (
            ("words occur more than once", self.repeated),
            ("vectors hold NaN or infinity", self.not_finite),
            ("vectors are zero", self.zero),
            ("words are empty or hold white space", self.blank),
            (NOT_COMPOSED, self.decomposed),
            (ABSURD, self.absurd),
        )
        order = [BYTE_ORDER] if self.layout.endswith(BIG_ENDIAN) else []
        return order + [
            f"{f.count:,} {what}: {', '.join(map(repr, f.first))}" for what, f in kinds if f.count
        ]


def check(file: VectorFile) -> Contents:
    """Read the whole file and return what it holds; this takes 8 bytes of memory per word.

    The file is read a second time if words may be repeated. Raises VectorFileError if it is damaged.
    """
    import numpy as np

    contents = Contents(file.format, file.dtype, file.layout, file.dim)
    contents.tokenizer = None if file.tokenizer_file is None else str(file.tokenizer_file)
    order = OrderFinder()
    hashes = []
    sums = np.zeros(2)
    for block in file.blocks():
        hashes.append(hash_words(b" ".join(word.replace(b" ", b"\0") for word in block.words)))
        order.add(block.words)
        _look_at(block, contents)
        sums += _norms(block, contents)
    contents.order = order.order()
    finite = max(1, contents.count - contents.not_finite.count)
    contents.norm_mean = float(sums[0] / finite)
    contents.norm_deviation = float(max(0.0, sums[1] / finite - contents.norm_mean**2) ** 0.5)
    _find_repeated(file, np.sort(np.concatenate(hashes)), contents)
    return contents


def _look_at(block: Block, contents: Contents) -> None:
    import numpy as np

    not_finite = np.flatnonzero(~np.isfinite(block.vectors).all(axis=1)).tolist()
    zero = np.flatnonzero(~block.vectors.any(axis=1)).tolist()
    contents.not_finite.add([block.words[index] for index in not_finite])
    contents.zero.add([block.words[index] for index in zero])
    if contents.tokenizer is None:
        contents.blank.add([word for word in block.words if word.decode().split() != [word.decode()]])
        contents.decomposed.add([word for word in block.words if not _is_composed(word)])
    low_bits = np.ascontiguousarray(block.vectors).view(np.uint32) & np.uint32(0xFFFF)
    contents.bfloat16 = contents.bfloat16 and not low_bits.any()
    contents.count += len(block.words)
    contents.first += [word.decode() for word in block.words[: SHOWN - len(contents.first)]]
    contents.last = [*contents.last, *(word.decode() for word in block.words[-SHOWN:])][-SHOWN:]


def _is_composed(word: bytes) -> bool:
    """Return whether a word is in NFC, Unicode's composed form, to which texts are normalized."""
    return word.isascii() or is_normalized("NFC", word.decode())


def _norms(block: Block, contents: Contents) -> FloatArray:
    """Return the sums of the norms and of their squares, [2].

    The least, the greatest and absurd norms are recorded in `contents`.
    """
    import numpy as np

    every = np.linalg.norm(block.vectors.astype(np.float64), axis=1)
    absurd = np.isfinite(every) & ((every > MOST) | ((every < LEAST) & (every > 0)))
    contents.absurd.add([block.words[row] for row in np.flatnonzero(absurd).tolist()])
    norms = every[np.isfinite(every)]
    if len(norms):
        contents.norm_least = min(contents.norm_least, float(norms.min()))
        contents.norm_most = max(contents.norm_most, float(norms.max()))
    return np.array([norms.sum(), (norms**2).sum()])


def _find_repeated(file: VectorFile, hashes: FloatArray, contents: Contents) -> None:
    """Find the words that occur more than once. Words with equal hashes are compared themselves."""
    repeated = {*hashes[1:][hashes[1:] == hashes[:-1]].tolist()}
    if repeated:
        seen: set[bytes] = set()
        for word in _words_with(file, repeated):
            if word in seen:
                contents.repeated.add([word])
            seen.add(word)


def _words_with(file: VectorFile, hashes: set[int]) -> Iterator[bytes]:
    for block in file.blocks():
        found = hash_words(b" ".join(word.replace(b" ", b"\0") for word in block.words)).tolist()
        yield from (word for word, value in zip(block.words, found, strict=True) if value in hashes)
