"""The wrong texts of a run, their tokens marked by state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from rich.text import Text

from embedkit.errors import shortened
from embedkit.escaping import escaped
from embedkit.model.token_states import OF_WORDS, StateSet
from embedkit.report.terminal.lines import LONGEST_TEXT
from embedkit.report.terminal.marking import legend, mark_all

if TYPE_CHECKING:
    from embedkit.runs.wrong_texts import WrongText, WrongTexts

SHOWN = 5
"""How many wrong texts of a split a run prints at its end."""


def wrong_lines(wrong: WrongTexts, coloured: bool, state_set: StateSet = OF_WORDS) -> list[Text]:
    """Return the first wrong texts of a split as lines, under a title that counts all of them."""
    if not wrong.wrong:
        return [Text(f"\nAll {wrong.texts:,} texts of {wrong.split} are classified right.")]
    marks = legend(chain.from_iterable(text.states for text in wrong.first), coloured)
    return [
        _title(wrong, state_set.described),
        *(wrong_line(text, coloured, state_set) for text in wrong.first),
        *([Text("  ").append_text(marks)] if marks else []),
    ]


def _title(wrong: WrongTexts, described: str) -> Text:
    title = Text(f"\n{wrong.wrong:,} of {wrong.texts:,} texts of {wrong.split} are wrong")
    if wrong.always_wrong is not None:
        title.append(f" with some seed, {wrong.always_wrong:,} with every one")
    title.append(f"; {wrong.with_oov:,} have content tokens {described}")
    shown = len(wrong.first)
    return title.append(f" (the {shown} with the largest share):" if wrong.wrong > shown else ":")


def wrong_line(text: WrongText, coloured: bool, state_set: StateSet = OF_WORDS) -> Text:
    """Return one wrong text as a line: id, fold, labels, probability, share, seeds, and its marked tokens."""
    share = text.content_oov_share
    told = "no content tokens" if share is None else f"{share:.0%} of content {state_set.described}"
    label, predicted = (shortened(label or "no label") for label in (text.label, text.predicted))
    which = f"id {text.id}" if text.fold is None else f"id {text.id}, fold {text.fold}"
    seeds = "" if text.seeds is None else f", wrong with {text.wrong_with} of {text.seeds} seeds"
    line = f"  {which}: {label}, predicted {predicted} ({text.probability:.2f}), {told}{seeds}"
    tokens = [*_first(text.tokens)]
    marked = mark_all(tokens, text.states[: len(tokens)], coloured)
    left_out = len(text.tokens) - len(tokens)
    more = f" … and {left_out:,} more tokens" if left_out else ""
    return Text(f"{escaped(line)}\n    ").append_text(marked).append(more)


def _first(tokens: Sequence[str]) -> Iterator[str]:
    """Yield the first tokens of a text, 1,000 characters in all; the last of them may be shortened."""
    left = LONGEST_TEXT
    for token in tokens:
        if left <= 0:
            return
        yield shortened(token, left)
        left -= len(token) + 1
