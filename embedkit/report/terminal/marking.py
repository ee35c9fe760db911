"""Tokens marked by what is known of them: by colour on a terminal, by brackets elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from embedkit.escaping import escaped

STYLES = {"recovered": "cyan", "filled": "yellow", "unseen": "red", "dropped": "magenta"}
"""The colour of each state; covered tokens have none."""

BRACKETS = {"recovered": "({})", "filled": "{{{}}}", "unseen": "[{}]", "dropped": "<{}>"}


def colours(console: Console) -> bool:
    """Whether states are told by colour there: NO_COLOR and what is no terminal take brackets."""
    return console.is_terminal and not console.no_color


def mark(token: str, state: str, coloured: bool) -> Text:
    """One token."""
    if state not in STYLES:
        return Text(escaped(token))
    shown = escaped(token)
    return Text(shown, STYLES[state]) if coloured else Text(BRACKETS[state].format(shown))


def mark_all(tokens: Sequence[str], states: Sequence[str], coloured: bool) -> Text:
    """The tokens of a text, one after another."""
    return Text(" ").join(mark(*pair, coloured) for pair in zip(tokens, states, strict=True))


def legend(states: Iterable[str], coloured: bool) -> Text:
    """What the marks mean, of those states alone that there are; empty where there are none."""
    there = {*states}
    return Text(" ").join(mark(state, state, coloured) for state in STYLES if state in there)
