"""Quotation marks as typewriters have them, which is how most vector files spell them."""

from __future__ import annotations

STRAIGHT = str.maketrans({"‘": "'", "’": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "‟": '"', "„": '"'})


def straight(word: str) -> str:
    """The word with straight quotation marks and apostrophes for curly ones: `don’t` is `don't`."""
    return word if word.isascii() else word.translate(STRAIGHT)
