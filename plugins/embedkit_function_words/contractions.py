"""English contractions: whole, and in the pieces that tokenizers of the Penn Treebank's kind make of them."""

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
    """Pronouns and pointing adverbs with a contracted auxiliary, and auxiliaries with `not` and `have`."""
    with_clitic = {word + clitic for word in (*pronouns, *POINTING) for clitic in CLITICS}
    with_not = {auxiliary + end for auxiliary in auxiliaries for end in ("n't", "'ve", "n't've")}
    return with_clitic | with_not | {*IRREGULAR.split()}


def pieces() -> set[str]:
    """What is left of a contraction when it is split."""
    return {*CLITICS, *UNLIKE_WORDS.split()}
