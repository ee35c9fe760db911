"""A warning about scripts without function words: all words in such a script would count as content."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING
from unicodedata import category, name, normalize

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.text.encoding import TokenizedSplit

log = logging.getLogger(__name__)

LEAST = 0.1
"""The share of the words from which on a script is one of the texts' own."""

TOGETHER = {
    "hiragana": "Chinese or Japanese",
    "katakana": "Chinese or Japanese",
    "cjk": "Chinese or Japanese",
}
"""Scripts that stand in one text: a list of function words may be in one of them alone."""


def warn_of_scripts(content: Content, splits: Mapping[str, TokenizedSplit]) -> None:
    """Warn once of the scripts of the texts in which none of the function words is written.

    A script counts if at least 10% of the words are in it. An empty list of function words is deliberate, and
    gives no warning.
    """
    known = {script_of(word) for word in content.function_words}
    shares = _shares(split.tokens.counts for split in splits.values())
    missing = [script for script, share in shares.items() if share >= LEAST and script not in known]
    if known and missing:
        told = ", ".join(f"{script} ({shares[script]:.0%} of the words)" for script in missing)
        what = f"none of these words is in a script of the texts: {told}; all words in it count as content"
        log.warning("evaluation.function_words: %s", what)


def _shares(counts: Iterable[Mapping[str, int]]) -> dict[str, float]:
    """Return the share of each script among the tokens that have a letter, the largest first."""
    totals: Counter[str] = Counter()
    for by_word in counts:
        for word, count in by_word.items():
            script = script_of(word)
            if script:
                totals[script] += count
    return {script: count / totals.total() for script, count in totals.most_common()}


def script_of(word: str) -> str | None:
    """Return the script of the word's first letter, such as `Latin`, or None for a word without a letter.

    It is taken from the letter's Unicode name.
    """
    return next((script for script in map(_script, word) if script), None)


@cache
def _script(character: str) -> str | None:
    composed = normalize("NFKC", character)[
        :1
    ]  # full-width and mathematical letters are those they stand for
    if category(composed)[0] != "L":
        return None
    script = name(composed, "").partition(" ")[0].partition("-")[0].lower()
    return TOGETHER.get(script, script.capitalize()) or None
