"""fastText's subwords: the character n-grams of `<word>` and the row that each hashes to.

Bojanowski, Grave, Joulin, Mikolov (2017), Enriching Word Vectors with Subword Information; the details are
those of fastText's `Dictionary::computeSubwords`.
"""

from __future__ import annotations

from collections.abc import Iterator

FNV_OFFSET = 2166136261
FNV_PRIME = 16777619


def subword_hashes(word: str, shortest: int, longest: int, end_of_text: bool = False) -> Iterator[int]:
    """Yield the 32-bit hashes of the character n-grams of `<word>`, in fastText's order.

    `</s>`, fastText's end of text, has n-grams only in models from before 2017, with `end_of_text`.
    """
    if word == "</s>" and not end_of_text:
        return
    letters = [letter.encode() for letter in f"<{word}>"]
    for begin in range(len(letters)):
        value = FNV_OFFSET
        for size, letter in enumerate(letters[begin : begin + longest], 1):
            value = _hash_on(value, letter)
            at_an_end = begin == 0 or begin + size == len(letters)
            if size >= shortest and not (size == 1 and at_an_end):
                yield value


def _hash_on(value: int, letter: bytes) -> int:
    """Return the FNV-1a hash `value` continued with `letter`.

    Each byte is taken as signed, as fastText has done since its first version.
    """
    for byte in letter:
        signed = byte | 0xFFFFFF00 if byte > 127 else byte
        value = (value ^ signed) * FNV_PRIME & 0xFFFFFFFF
    return value
