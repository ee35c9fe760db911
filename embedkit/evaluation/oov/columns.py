"""The columns of predictions.csv that tell of every token: its state, and whether it is content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.evaluation.oov.shares import count_content

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.prediction import Prediction

COLUMNS = ("content_tokens", "content_oov", "content_oov_share", "token_states", "token_content")


def cells(text: Prediction, content: Content) -> list[object]:
    """The cells of one text; the lists have `token_list`'s length."""
    tokens, missing = count_content(text.tokens, text.states, content)
    of_content = [int(each) for each in content.of(text.tokens)]
    share = missing / tokens if tokens else None
    return [tokens, missing, share, text.states, of_content]
