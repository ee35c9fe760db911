"""Which word of a text each piece belongs to, and how the words are spelt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import TYPE_CHECKING
from unicodedata import category

if TYPE_CHECKING:
    from tokenizers import Encoding

NO_WORD = -1
"""The number of the word of special tokens, and of pieces that are white space alone."""


@dataclass(frozen=True)
class Words:
    """The words of a text, as spelt there, and the number of the word that each piece belongs to."""

    tokens: Sequence[str]
    numbers: Sequence[int]


@dataclass
class _Run:
    """Consecutive pieces of a word: its number, None for special tokens, and its characters in the text."""

    word: int | None
    start: int
    end: int
    pieces: int = 1

    @property
    def is_blank(self) -> bool:
        """Return whether the pieces are white space alone, or nothing."""
        return self.start >= self.end


def lowercased(text: str) -> tuple[str, Sequence[int] | None]:
    """Return the text in lower case, and for each of its characters the place of the one in `text`.

    The places are None if they are the same.
    """
    lower = text.lower()
    if len(lower) == len(text):
        return lower, None
    return lower, [*chain.from_iterable(repeat(i, len(each.lower())) for i, each in enumerate(text))]


def words_of(text: str, encoding: Encoding, places: Sequence[int] | None = None, begin: int = 0) -> Words:
    """Return the words of `text` from the character `begin` on: what the tokenizer takes as one.

    Where that holds white space, as with tokenizers that do not split texts before, it is divided there.
    `places` are those of the encoded characters in `text`, None if they are the same.
    """
    runs: list[_Run] = []
    for piece in _pieces(text, encoding, places, begin):
        if runs and _continues(text, runs[-1], piece):
            _join(runs[-1], piece)
        else:
            runs.append(piece)
    numbers: list[int] = []
    words: list[_Run] = []
    for run in runs:
        is_word = run.word is not None and not run.is_blank
        numbers += repeat(len(words) if is_word else NO_WORD, run.pieces)
        words += [run] if is_word else []
    limits = (*(word.start for word in words[1:]), len(text))
    tokens = [text[word.start : _end(text, word.end, limits[i])] for i, word in enumerate(words)]
    return Words(tokens, numbers)


def _pieces(text: str, encoding: Encoding, places: Sequence[int] | None, begin: int) -> Sequence[_Run]:
    """Return the pieces one by one, without white space at their ends."""
    pieces = []
    marks = encoding.special_tokens_mask
    for (start, end), word, special in zip(encoding.offsets, encoding.word_ids, marks, strict=True):
        if places is not None and start < end:
            start, end = places[start], places[end - 1] + 1
        in_text = not special and (end > begin or begin == 0)
        pieces.append(_Run(word if in_text else None, *_trimmed(text, max(start, begin), end)))
    return pieces


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end


def _continues(text: str, run: _Run, piece: _Run) -> bool:
    if piece.word is None or piece.word != run.word:
        return False
    return run.is_blank or piece.is_blank or not any(map(str.isspace, text[run.end : piece.start]))


def _join(run: _Run, piece: _Run) -> None:
    if not piece.is_blank:
        run.start = piece.start if run.is_blank else min(run.start, piece.start)
        run.end = piece.end if run.end <= run.start else max(run.end, piece.end)
    run.pieces += 1


def _end(text: str, end: int, limit: int) -> int:
    """Return where a word ends with marks that its tokenizer leaves out, such as combining accents."""
    while end < limit and category(text[end]) in ("Mn", "Mc", "Me", "Cf"):
        end += 1
    return end
