"""`kiwi` and `korean`: morphemes by a library of somebody else, and the function words among them."""

from __future__ import annotations

import importlib.util
import pickle
import sys

import pytest

from embedkit.errors import DataError
from embedkit.evaluation.oov.content import Content
from embedkit.interfaces import KeepableTokenizer, TaggedFunctionWords
from embedkit.plugin.registry import build_registry

REGISTRY = build_registry()
KIWI = REGISTRY.get("tokenizer", "kiwi").factory
KOREAN = REGISTRY.get("function-words", "korean").factory
installed = pytest.mark.skipif(
    importlib.util.find_spec("kiwipiepy") is None, reason="the extra [kiwi] is not installed"
)
SENTENCE = "배우들의 연기가 훌륭했지만 면이 별로였어요."


def tokens(text, **keys):
    return KIWI(**keys).tokenize([text])[0]


def content(text, function_words=None, **keys):
    korean = function_words or KOREAN()
    rule = Content(korean.words(), korean.tags())
    return [token for token in tokens(text, **keys) if rule.is_content(token)]


@installed
def test_morphemes_of_grammar_carry_their_part_of_speech():
    written = "배우 들/XSN 의/JKG 연기 가/JKS 훌륭 하/XSA 었/EP 지만/EC 면 이/JKS 별로 이/VCP 었/EP 어요/EF ."
    assert tokens(SENTENCE) == written.split()
    assert tokens(SENTENCE, tags="none") == [token.partition("/")[0] for token in written.split()]
    assert tokens(SENTENCE, tags="all")[:4] == ["배우/NNG", "들/XSN", "의/JKG", "연기/NNG"]


@installed
def test_the_forms_of_a_verb_share_their_stem_or_lemma():
    for form in ("예뻤다", "예쁘고", "예뻐서", "예쁜", "예쁩니다"):
        assert tokens(form)[0] == "예쁘"
        assert tokens(form, lemmas=True)[0] == "예쁘다"
    assert tokens("도왔다", tags="all") == ["돕/VV", "었/EP", "다/EF"]
    assert tokens("본다")[1] == "ㄴ다/EF"


@installed
@pytest.mark.parametrize("tags", ["grammatical", "all", "none"])
def test_marks_and_numbers_have_no_tag_and_are_structural(tags):
    text = "5,000원은 비싸요!! (진짜...) 3.5 http://example.com/c"
    written = tokens(text, tags=tags)
    assert {"5,000", "!!", "(", "...", ")", "3.5", "http://example.com/c"} <= {*written}
    assert not {"5,000", "!!", "(", "...", ")", "3.5"} & {*content(text, tags=tags)}


@installed
def test_latin_letters_can_be_lower_case_and_tags_stay():
    assert tokens("Netflix는", lowercase=True) == ["netflix", "는/JX"]


@installed
@pytest.mark.parametrize("tags", ["grammatical", "all"])
def test_the_part_of_speech_decides_what_is_content(tags):
    def found(text):
        return [token.partition("/")[0] for token in content(text, tags=tags)]

    assert found(SENTENCE) == ["배우", "연기", "훌륭", "면", "별로"]
    assert found("집에 가면 내가 면을 먹어 버릴 것 같아요") == ["집", "가", "면", "먹", "같"]
    assert found("그리고 이 사람 때문에 울었다") == ["사람", "울"]


@installed
def test_without_tags_homographs_count_as_function_words():
    plain = content("집에 가면 면을 먹는다", KOREAN(untagged=True), tags="none")
    assert plain == ["집", "먹"]
    assert {"가", "면", "을"} < {*KOREAN(untagged=True).words()} - {*KOREAN().words()}


@installed
def test_tokens_depend_on_the_text_alone():
    texts = ["", " \n", SENTENCE, "가가 가가가?", "ㅋㅋㅋ 존잼👍🏽", "a\0b 漢字", "가" * 30, "옛말은 ᄒᆞᆫ글"]
    once = KIWI().tokenize(texts)
    assert once[:2] == [[], []]
    assert KIWI().tokenize(texts[::-1])[::-1] == once
    assert [*map(tokens, texts)] == once


@installed
def test_it_can_be_pickled_after_use_and_its_tokens_kept():
    tokenizer = KIWI(tags="all")
    before = tokenizer.tokenize([SENTENCE])
    assert pickle.loads(pickle.dumps(tokenizer)).tokenize([SENTENCE]) == before
    assert isinstance(tokenizer, KeepableTokenizer)
    assert tokenizer.depends_on() == ()


@installed
def test_a_lone_surrogate_is_refused():
    with pytest.raises(DataError, match="a text holds a lone surrogate"):
        tokens("가 \ud800")


def test_function_words_need_no_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    assert isinstance(KOREAN(), TaggedFunctionWords)
    assert {"JX", "EF", "VX"} <= KOREAN().tags()
    assert {"그리고", "것", "것/NNB", "모든/MM"} <= KOREAN().words()


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    from embedkit_kiwi import tokenizer

    monkeypatch.setitem(sys.modules, "kiwipiepy", None)
    tokenizer._analyser.cache_clear()
    with pytest.raises(DataError) as caught:
        tokens("가")
    assert str(caught.value) == (
        "tokenizer: the package kiwipiepy is not installed\n    Install it: pip install kiwipiepy"
    )
