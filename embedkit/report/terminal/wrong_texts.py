"""The wrong texts of a run, their tokens marked by state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from rich.text import Text

from embedkit.errors import shortened
from embedkit.model.token_states import OF_WORDS, StateSet
from embedkit.report.terminal.lines import LONGEST_TEXT
from embedkit.report.terminal.marking import colours, legend, mark_all
from embedkit.report.terminal.wrapping import print_wrapped

if TYPE_CHECKING:
    from rich.console import Console

    from embedkit.runs.wrong_texts import WrongText, WrongTexts

SHOWN = 5
"""How many wrong texts of a split a run prints at its end."""

SHORT = 230
"""Characters of each of them that it shows: three lines of a screen."""


def print_wrong(
    wrong: WrongTexts, console: Console, state_set: StateSet = OF_WORDS, longest: int = LONGEST_TEXT
) -> None:
    """Print the first wrong texts of a split under a title that counts all of them, and what the marks mean.

    Of each text, the tokens in its first `longest` characters are shown.
    """
    if not wrong.wrong:
        print_wrapped(f"All {wrong.texts:,} texts of {wrong.split} are classified right.", console)
        return
    coloured = colours(console)
    print_wrapped(_title(wrong, state_set.described), console)
    for text in wrong.first:
        print_wrapped(_heading(text, state_set), console, 2)
        print_wrapped(_marked(text, coloured, longest), console, 4)
    marks = legend(chain.from_iterable(text.states for text in wrong.first), coloured)
    if marks:
        print_wrapped(Text("marks: ").append_text(marks), console, 2)


def _title(wrong: WrongTexts, described: str) -> str:
    seeds = ""
    if wrong.always_wrong is not None:
        seeds = f" with some seed, {wrong.always_wrong:,} with every one"
    shown = f" (the {len(wrong.first)} with the largest share)" if wrong.wrong > len(wrong.first) else ""
    counted = f"{wrong.wrong:,} of {wrong.texts:,} texts of {wrong.split} are wrong{seeds}"
    return f"{counted}; {wrong.with_oov:,} have content tokens {described}{shown}:"


def _heading(text: WrongText, state_set: StateSet) -> str:
    """Return the id, fold, labels, probability, share and seeds of a wrong text."""
    share = text.content_oov_share
    told = "no content tokens" if share is None else f"{share:.0%} of content {state_set.described}"
    label, predicted = (shortened(label or "no label") for label in (text.label, text.predicted))
    which = f"id {text.id}" if text.fold is None else f"id {text.id}, fold {text.fold}"
    seeds = "" if text.seeds is None else f", wrong with {text.wrong_with} of {text.seeds} seeds"
    return f"{which}: {label}, predicted {predicted} ({text.probability:.2f}), {told}{seeds}"


def _marked(text: WrongText, coloured: bool, longest: int) -> Text:
    """Return the first tokens of a text, marked by state, and how many more there are."""
    tokens = [*_first(text.tokens, longest)]
    marked = mark_all(tokens, text.states[: len(tokens)], coloured)
    left_out = len(text.tokens) - len(tokens)
    return marked.append(f" … and {left_out:,} more tokens" if left_out else "")


def _first(tokens: Sequence[str], longest: int) -> Iterator[str]:
    """Yield the first tokens of a text, `longest` characters in all; the last of them may be shortened."""
    left = longest
    for token in tokens:
        if left <= 0:
            return
        yield shortened(token, left)
        left -= len(token) + 1
