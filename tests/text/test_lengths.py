from __future__ import annotations

import pytest

from embedkit.data.examples import Examples
from embedkit.text.encoding import TokenizedSplit
from embedkit.text.lengths import check_lengths
from embedkit.text.tokens import Tokens

pytestmark = pytest.mark.core


def split(name, cut):
    return TokenizedSplit(name, Examples.of(()), Tokens.of([["a", "b", "c"]] * len(cut)), cut)


def test_many_texts_that_lose_tokens():
    splits = {"train": split("train", [0] * 18 + [1, 2]), "test": split("test", [0] * 17 + [1, 2, 7])}
    assert [str(fault) for fault in check_lengths(splits)] == [
        "data.test: 3 of 20 texts lose tokens to their limit; the longest has 10"
    ]
