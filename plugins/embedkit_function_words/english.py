"""`english`: the closed classes of English, and the pieces that tokenizers make of its contractions."""

from __future__ import annotations

from embedkit_function_words.contractions import contracted, pieces

ARTICLES = "a an the"

DEMONSTRATIVES = "this that these those"

QUANTIFIERS = (
    "all another any both each either enough every few fewer fewest half less least little many more most "
    "much neither no none other others several some such"
)

PRONOUNS = (
    "i me my mine myself we us our ours ourselves you your yours yourself yourselves "
    "he him his himself she her hers herself it its itself they them their theirs themselves themself "
    "one one's oneself who whom whose which what whoever whomever whichever whatever "
    "somebody someone something anybody anyone anything everybody everyone everything nobody nothing"
)

PREPOSITIONS = (
    "about above across after against along alongside amid amidst among amongst around as at before "
    "behind below beneath beside besides between beyond by concerning despite down during except for "
    "from in inside into like near of off on onto opposite out outside over past per regarding round "
    "since than through throughout till to toward towards under underneath unlike until unto up upon "
    "versus via vs with within without"
)

CONJUNCTIONS = (
    "and but or nor so yet although because if lest once though unless when whenever where whereas wherever "
    "whereby wherein whether while whilst"
)

AUXILIARIES = (
    "be am is are was were been being have has had having do does did doing done "
    "can could may might must shall should will would ought"
)

ADVERBS = "not n't there here then thus hence therefore however too very just only also even ever how why"
"""Adverbs that point, connect, compare or negate: a closed class, unlike those that describe."""


class English:
    """The closed classes of English: articles, pronouns, prepositions, conjunctions, auxiliaries, particles.

    Contractions count too, whole (`don't`, `it's`) and in the pieces that NLTK's tokenizers make of them
    (`do`, `n't`; `it`, `'s`). Nouns, main verbs, adjectives, adverbs of manner and numerals are content.
    """

    def words(self) -> frozenset[str]:
        """Return the function words in lower case, with straight apostrophes."""
        classes = (ARTICLES, DEMONSTRATIVES, QUANTIFIERS, PRONOUNS, PREPOSITIONS, CONJUNCTIONS, ADVERBS)
        listed = {word for each in (*classes, AUXILIARIES) for word in each.split()}
        return frozenset(listed | contracted(PRONOUNS.split(), AUXILIARIES.split()) | pieces())
