"""`zero` and `error`, alone and at the end of a chain."""

from __future__ import annotations

import numpy as np
import pytest

from embedkit.errors import VocabularyError
from embedkit.interfaces import EmbeddingContext, FillContext
from embedkit.interfaces.contracts import check_filled
from embedkit.plugin.registry import build_registry


@pytest.fixture(scope="module")
def registry():
    return build_registry()


@pytest.fixture(scope="module")
def context(registry):
    source = (
        registry.get("embedding", "random").factory(dim=5).open(EmbeddingContext(seed=0, words=["known"]))
    )
    return FillContext(source, source.lookup(["known"]).vectors, np.random.default_rng(0))


@pytest.mark.parametrize("name", ["zero", "error"])
def test_both_are_total_and_propose_nothing(registry, name):
    component = registry.get("oov", name)
    assert component.factory.total is True
    assert [*component.factory().candidates("Word")] == []
    assert component.parameters().model_dump() == {}


def test_zero_answers_with_zeros(registry, context):
    words = ["one", "two", "<UNK>"]
    policy = registry.get("oov", "zero").factory()
    filled = check_filled(policy, policy.fill(words, context), 3, 5)
    assert filled.filled.all()
    assert not filled.vectors.any()


@pytest.mark.parametrize("name", ["zero", "error"])
def test_no_words_no_rows(registry, context, name):
    policy = registry.get("oov", name).factory()
    check_filled(policy, policy.fill([], context), 0, 5)


def test_error_names_a_missing_word(registry, context):
    with pytest.raises(VocabularyError, match=r"^oov: 1 word has no vector: 'qwzx'\n"):
        registry.get("oov", "error").factory().fill(["<UNK>", "qwzx"], context)


def test_error_counts_all_and_lists_ten(registry, context):
    words = [f"w{i}" for i in range(12)]
    with pytest.raises(VocabularyError) as caught:
        registry.get("oov", "error").factory().fill(words, context)
    message = str(caught.value)
    assert message.startswith("oov: 12 words have no vector: 'w0', 'w1', ")
    assert "'w9' and 2 more" in message
    assert "'w10'" not in message
    assert "zero" in message


def test_error_lists_ten_of_ten(registry, context):
    with pytest.raises(VocabularyError, match=r"^oov: 10 words have no vector: .*'w9'\n") as caught:
        registry.get("oov", "error").factory().fill([f"w{i}" for i in range(10)], context)
    assert "more" not in str(caught.value)


def test_error_lets_the_row_of_unknown_words_pass(registry, context):
    """No file need hold `<UNK>`: it is a row of the table, not a word of the texts."""
    policy = registry.get("oov", "error").factory()
    filled = check_filled(policy, policy.fill(["<UNK>"], context), 1, 5)
    assert filled.filled.all()
    assert not filled.vectors.any()
