"""`whitespace`, `regex` and `ngrams`, built through the registry as a recipe builds them."""

from __future__ import annotations

import re
import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from embedkit_tokenizers import limits
from pydantic import ValidationError

from embedkit.errors import DataError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.build import Part
from embedkit.recipe.sections.section import spec_of

pytestmark = pytest.mark.core


@pytest.fixture(scope="module")
def registry():
    return build_registry()


def build(registry, name, **keys):
    component = registry.get("tokenizer", name)
    return component.factory(**component.parameters(**keys).model_dump())


TEXTS = [
    "Don't panic , it's a well-made film !",
    "",
    "  two\u00a0spaces\tand\u2028lines  ",
    "naïve 한국어 영화 ½ 42",
]


def test_whitespace_is_str_split(registry):
    tokens = build(registry, "whitespace").tokenize(TEXTS)
    assert tokens == [text.split() for text in TEXTS]
    assert tokens[2] == ["two", "spaces", "and", "lines"]


def test_no_texts_no_tokens(registry):
    assert build(registry, "whitespace").tokenize([]) == []
    assert build(registry, "regex").tokenize([]) == []


def test_regex_finds_words_by_default(registry):
    assert build(registry, "regex").tokenize(TEXTS) == [
        ["Don't", "panic", "it's", "a", "well-made", "film"],
        [],
        ["two", "spaces", "and", "lines"],
        ["naïve", "한국어", "영화", "½", "42"],
    ]


@pytest.mark.parametrize("pattern", [r"(\w)(\w*)", r"(?P<head>\w)\w*", r"(?:\w)+", r"(x)?\w+"])
def test_groups_do_not_cut_a_match(registry, pattern):
    assert build(registry, "regex", pattern=pattern).tokenize(["one xtwo"]) == [["one", "xtwo"]]


@pytest.mark.parametrize("pattern", [r"\w*", r"", r"\b", r"o|"])
def test_an_empty_match_is_no_token(registry, pattern):
    (tokens,) = build(registry, "regex", pattern=pattern).tokenize(["foo, bar"])
    assert tokens == [m for m in (match.group() for match in re.finditer(pattern, "foo, bar")) if m]
    assert "" not in tokens


BAD_PATTERNS = [("[a", "unterminated character set"), ("(", "missing )"), ("a{99999999999}", "too large")]


@pytest.mark.parametrize(("pattern", "reason"), BAD_PATTERNS)
def test_a_bad_pattern_is_refused_with_the_recipe(registry, pattern, reason):
    with pytest.raises(ValidationError, match="not a regular expression of Python's re") as caught:
        registry.get("tokenizer", "regex").parameters(pattern=pattern)
    assert reason in str(caught.value)
    assert [error["loc"] for error in caught.value.errors()] == [("pattern",)]


@pytest.mark.parametrize(("pattern", "reason"), BAD_PATTERNS)
def test_a_bad_pattern_is_refused_from_python(registry, pattern, reason):
    tokenizer = registry.get("tokenizer", "regex").factory(pattern=pattern)
    with pytest.raises(DataError, match=r"tokenizer\.pattern: .*not a regular expression") as caught:
        tokenizer.tokenize(["text"])
    assert reason in str(caught.value)


@pytest.mark.parametrize("name", ["whitespace", "regex"])
def test_lowercase(registry, name):
    assert build(registry, name, lowercase=True).tokenize(["Ein GUTER Film"]) == [["ein", "guter", "film"]]


@pytest.mark.parametrize("name", ["whitespace", "regex"])
def test_keys_have_their_documentation_and_defaults(registry, name):
    fields = registry.get("tokenizer", name).parameters.model_fields
    assert fields["lowercase"].default is False
    assert fields["stop_words"].default is None
    assert all(field.description for field in fields.values())
    assert set(fields) == {"lowercase", "stop_words"} | ({"pattern"} if name == "regex" else set())


def ngrams(registry, of="whitespace", **keys):
    return Part(registry, "tokenizer", spec_of({"use": "ngrams", "of": of, **keys}), "tokenizer").make()


def test_ngrams_are_the_tokens_then_their_pairs(registry):
    tokens = ngrams(registry).tokenize(["so good !", "", "one", "so so so"])
    assert tokens == [
        ["so", "good", "!", "so good", "good !"],
        [],
        ["one"],
        ["so", "so", "so", "so so", "so so"],
    ]


def test_longer_ngrams_come_after_shorter_ones(registry):
    (tokens,) = ngrams(registry, longest=3).tokenize(["not so bad ."])
    assert tokens[4:] == ["not so", "so bad", "bad .", "not so bad", "so bad ."]


def test_ngrams_are_of_what_the_tokenizer_inside_gives(registry):
    inside = {"use": "regex", "lowercase": True}
    assert ngrams(registry, inside).tokenize(["Not, BAD!"]) == [["not", "bad", "not bad"]]


@pytest.mark.parametrize("longest", [1, 0, 2.5])
def test_ngrams_are_of_two_tokens_or_more(registry, longest):
    with pytest.raises(ValidationError):
        registry.get("tokenizer", "ngrams").parameters(of="whitespace", longest=longest)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such timer")
class TestSlowExpressions:
    SLOW = r"(?:a+)+b"

    def test_one_that_backtracks_without_an_end_is_named_with_its_text(self, monkeypatch):
        monkeypatch.setattr(limits, "SECONDS", 0.2)
        tokenizer = build_registry().get("tokenizer", "regex").factory(pattern=self.SLOW)
        with pytest.raises(DataError) as raised:
            tokenizer.tokenize(["aab", "a" * 5_000])
        text = str(raised.value)
        assert text.startswith(f"tokenizer.pattern: the pattern '{self.SLOW}' takes more than")
        assert "The text has 5,000 characters: 'aaa" in text
        assert signal.getsignal(signal.SIGVTALRM) is signal.SIG_DFL
        assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)

    def test_somebody_else_s_timer_is_left_alone(self, monkeypatch):
        monkeypatch.setattr(limits, "SECONDS", 0.2)
        before = signal.signal(signal.SIGVTALRM, signal.SIG_IGN)
        try:
            tokenizer = build_registry().get("tokenizer", "regex").factory(pattern=self.SLOW)
            assert tokenizer.tokenize(["aab ab"]) == [["aab", "ab"]]
            assert signal.getsignal(signal.SIGVTALRM) is signal.SIG_IGN
        finally:
            signal.signal(signal.SIGVTALRM, before)

    def test_it_works_in_other_threads(self):
        tokenizer = build_registry().get("tokenizer", "regex").factory(pattern=self.SLOW)
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(tokenizer.tokenize, ["aab ab"]).result() == [["aab", "ab"]]
