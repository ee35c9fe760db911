"""Straight quotation marks, which most vector files use."""

from __future__ import annotations

STRAIGHT = str.maketrans({"‘": "'", "’": "'", "‛": "'", "′": "'", "“": '"', "”": '"', "‟": '"', "„": '"'})


def straight(word: str) -> str:
    """Return the word with straight quotation marks and apostrophes for curly ones: `don’t` is `don't`."""
    return word if word.isascii() else word.translate(STRAIGHT)
