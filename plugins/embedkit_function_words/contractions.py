"""English contractions, whole and in the pieces into which Penn Treebank tokenizers split them."""

from __future__ import annotations

from collections.abc import Iterable

CLITICS = ("'s", "'m", "'re", "'ve", "'d", "'ll")

POINTING = ("there", "here", "that", "this", "how", "why", "where", "when")

IRREGULAR = (
    "needn't daren't can't cannot won't shan't ain't let's 'tis 'twas y'all o'clock d'you gonna gotta wanna"
)

UNLIKE_WORDS = "n't ca wo sha ai nt 't"
"""The pieces of `don't`, `can't`, `won't`, `shan't` and `ain't` that are no words otherwise."""


def contracted(pronouns: Iterable[str], auxiliaries: Iterable[str]) -> set[str]:
    """Return contractions of pronouns, pointing adverbs and auxiliaries, and irregular ones.

    Pronouns and adverbs come with contracted auxiliaries; auxiliaries come with `not`, `have` or both.
    """
    with_clitic = {word + clitic for word in (*pronouns, *POINTING) for clitic in CLITICS}
    with_not = {auxiliary + end for auxiliary in auxiliaries for end in ("n't", "'ve", "n't've")}
    return with_clitic | with_not | {*IRREGULAR.split()}


def pieces() -> set[str]:
    """Return the clitics and other pieces into which tokenizers split contractions."""
    return {*CLITICS, *UNLIKE_WORDS.split()}
