"""The columns of predictions.csv with the state of every token, and whether it is a content token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.evaluation.oov.shares import count_content

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.predictions import Prediction

COLUMNS = ("content_tokens", "content_oov", "content_oov_share", "token_states", "token_content")


def cells(text: Prediction, content: Content) -> list[object]:
    """Return the cells of one text, in the order of `COLUMNS`; the lists are as long as `token_list`."""
    tokens, missing = count_content(text.tokens, text.states, content)
    of_content = [int(each) for each in content.of(text.tokens)]
    share = missing / tokens if tokens else None
    return [tokens, missing, share, text.states, of_content]
