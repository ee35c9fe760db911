"""`korean`: particles, endings and the other closed classes of Korean."""

from __future__ import annotations

from typing import Annotated

from embedkit.plugin_api import Doc

TAGS = (
    "JKS JKC JKG JKO JKB JKV JKQ JX JC "  # particles: case, emphasis, and those that join nouns
    "EP EF EC ETN ETM "  # endings: tense and honour, of sentences, of clauses
    "VCP VCN VX "  # copulas, auxiliary verbs
    "XSN XSV XSA XSM "  # suffixes, which make nouns, verbs, adjectives and adverbs
    "NP MAJ"  # pronouns, conjunctions
)
"""The parts of speech whose morphemes are all function words, in the tags of the Sejong corpus."""

PARTICLES = (
    "이 가 께서 에서 의 을 를 에 에게 에게서 에다 에다가 께 한테 한테서 더러 로 으로 로서 으로서 로써 "
    "으로써 로부터 으로부터 서 과 와 하고 랑 이랑 처럼 만큼 보다 대로 라고 이라고 은 는 도 만 까지 마저 "
    "조차 부터 밖에 뿐 요 이야 이나 나마 이나마 라도 이라도 든지 이든지 든가 이든가 란 이란 마다 커녕 "
    "는커녕 은커녕 야말로 이야말로 들 이며 아 야 여 이여"
)

ENDINGS = (
    "었 었었 겠 시 으시 더 ㄴ ㄹ ㅁ 던 기 음 고 고서 고자 며 으며 면서 으면서 면 으면 려면 으려면 거든 "
    "니 으니 니까 으니까 므로 으므로 기에 길래 느라 느라고 어 어서 어도 어야 어야지 지만 나 으나 ㄴ데 "
    "은데 는데 던데 더니 더라도 려고 으려고 러 으러 게 게끔 도록 다 다가 다면 ㄴ다면 는다면 라면 자 "
    "자마자 거나 건 ㄹ수록 을수록 ㄹ지 을지 ㄴ지 은지 는지 던지 ㄹ지라도 을지라도 라서 지 듯 듯이 ㄴ다 "
    "는다 네 구나 는구나 군 는군 구만 는구만 죠 라 어라 으라 세 ㅂ시다 읍시다 느냐 냐 ㄴ가 은가 는가 "
    "던가 ㄹ까 을까 ㄹ래 을래 ㄹ게 을게 ㄹ걸 을걸 잖아 더라 더군 대 ㄴ대 는대 ㅂ니다 습니다 ㅂ니까 "
    "습니까 십시오 으십시오 세요 으세요 에요 예요 어요 네요 군요 는군요 ㄴ데요 은데요 는데요 ㄹ까요 "
    "을까요 ㄹ게요 을게요 나요 ㄴ가요 은가요 는가요 더라고요 거든요 잖아요 지요 다고 ㄴ다고 는다고 다는 "
    "ㄴ다는 는다는 라는 자고 자는 냐고 냐는 다니 라니 다며"
)

VERBS = (
    "이다 아니 아니다 있 있다 않 않다 못하 못하다 말다 싶 싶다 버리 버리다 하 하다 되 되다 시키 시키다 "
    "스럽 스럽다"
)
"""Copulas, auxiliaries and light verbs: stems, and as dictionaries write them."""

PRONOUNS = (
    "나 내 저 제 우리 저희 너 네 너희 당신 그대 자네 자기 자신 그녀 그들 이것 이거 이게 그것 그거 그게 "
    "저것 저거 저게 이곳 그곳 저곳 여기 거기 저기 이쪽 그쪽 저쪽 무엇 뭐 누구 언제 어디 아무 아무것 "
    "여러분"
)

CONJUNCTIONS = (
    "그리고 그러나 하지만 그런데 근데 그래서 그러니까 그러므로 따라서 그러면 그럼 그래도 그렇지만 또 "
    "또는 또한 및 즉 혹은 다만 게다가 더구나 더욱이 왜냐하면 아니면 한편 오히려 어쨌든 아무튼"
)

BOUND_NOUNS = (
    "것 거 수 줄 때문 등 데 바 듯 듯이 채 척 체 적 지 터 따름 뿐 만큼 대로 만 김 나름 리 법 셈 양 모양 "
    "참 통 무렵 따위 편 중"
)

DETERMINERS = "이 그 저 이런 그런 저런 어떤 무슨 웬 어느 아무 아무런 모든 온갖 각 여러 몇 다른"

MOSTLY_CONTENT = "채 척 체 적 터 김 리 법 양 모양 참 통 편 중"
"""Bound nouns that, if nothing tells the part of speech, are more often another word: `김` is a name."""


class Korean:
    """The closed classes of Korean: particles, endings, auxiliaries, pronouns, suffixes and the like.

    Goes with `kiwi` and other tokenizers that write the tags of the Sejong corpus: the part of speech decides
    (`면/EC` is the ending if, `면` a noun, noodles). Nouns, verbs, adjectives, adverbs, counters are content.
    """

    def __init__(
        self,
        *,
        untagged: Annotated[
            bool, Doc("also common particles and endings without a tag, for tokenizers that write none")
        ] = False,
    ) -> None:
        self.untagged = untagged

    def tags(self) -> frozenset[str]:
        """Return the parts of speech whose morphemes are all function words."""
        return frozenset(TAGS.split())

    def words(self) -> frozenset[str]:
        """Return the function words that need no tag, and with their tag those of classes that are open."""
        bound, determiners = BOUND_NOUNS.split(), DETERMINERS.split()
        tagged = {f"{word}/NNB" for word in bound} | {f"{word}/MM" for word in determiners}
        plain = {*bound} - {*MOSTLY_CONTENT.split()}
        for each in (VERBS, PRONOUNS, CONJUNCTIONS, DETERMINERS):
            plain |= {*each.split()}
        if self.untagged:
            plain |= {*PARTICLES.split(), *ENDINGS.split()}
        return frozenset(tagged | plain)
