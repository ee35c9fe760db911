"""Tokens marked by their state: by colour on a terminal, by brackets elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from embedkit.escaping import escaped

STYLES = {
    "recovered": "cyan",
    "filled": "yellow",
    "unseen": "red",
    "dropped": "magenta",
    "split": "yellow",
    "unknown": "red",
}
"""The colour of each state; covered and whole tokens have none."""

BRACKETS = {
    "recovered": "({})",
    "filled": "{{{}}}",
    "unseen": "[{}]",
    "dropped": "<{}>",
    "split": "{{{}}}",
    "unknown": "[{}]",
}


def colours(console: Console) -> bool:
    """Return whether states are shown by colour: not outside a terminal, and not with NO_COLOR."""
    return console.is_terminal and not console.no_color


def mark(token: str, state: str, coloured: bool) -> Text:
    """Return a token marked by its state; covered and whole tokens have no mark."""
    if state not in STYLES:
        return Text(escaped(token))
    shown = escaped(token)
    return Text(shown, STYLES[state]) if coloured else Text(BRACKETS[state].format(shown))


def mark_all(tokens: Sequence[str], states: Sequence[str], coloured: bool) -> Text:
    """Return the tokens of a text marked by state, with spaces between them."""
    return Text(" ").join(mark(*pair, coloured) for pair in zip(tokens, states, strict=True))


def legend(states: Iterable[str], coloured: bool) -> Text:
    """Return the legend of the marks, for the states in `states` only; empty if none of them has a mark."""
    there = {*states}
    return Text(" ").join(mark(state, state, coloured) for state in STYLES if state in there)
