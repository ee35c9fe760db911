"""The columns of predictions.csv with the state of every token, and whether it is a content token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.evaluation.oov.shares import count_content
from embedkit.model.token_states import OF_PIECES

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.predictions import Prediction
    from embedkit.model.token_states import StateSet

COLUMNS = ("content_tokens", "content_oov", "content_oov_share", "token_states", "token_content")


def columns(state_set: StateSet) -> tuple[str, ...]:
    """Return the names of the columns; those of a text encoder include the pieces of every token."""
    return (*COLUMNS, "token_pieces") if state_set == OF_PIECES else COLUMNS


def cells(text: Prediction, content: Content) -> list[object]:
    """Return the cells of one text, in the order of `columns`; the lists are as long as `token_list`."""
    tokens, missing = count_content(text.tokens, text.states, content)
    of_content = [int(each) for each in content.of(text.tokens)]
    share = missing / tokens if tokens else None
    pieces = [] if text.pieces is None else [text.pieces]
    return [tokens, missing, share, text.states, of_content, *pieces]
