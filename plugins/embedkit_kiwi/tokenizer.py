"""`kiwi`: the morphemes of Korean texts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from embedkit.plugin_api import DataError, Doc, Fault, Lowercase, is_unicode

MISSING = Fault(
    "the package kiwipiepy is not installed",
    where="tokenizer",
    hint="Install it: pip install kiwipiepy",
)

GRAMMATICAL = ("J", "E", "VC", "VX", "XS")
"""The beginnings of the tags of particles, endings, copulas, auxiliary verbs and suffixes."""

WITHOUT_TAG = ("SF", "SP", "SS", "SE", "SO", "SW", "SB", "SN", "W_")
"""The beginnings of the tags of punctuation, symbols, numbers and addresses, which never carry a tag."""


class Kiwi:
    """The morphemes of Korean texts: nouns without particles, verbs without endings (Kiwi, Lee 2024).

    Needs `pip install kiwipiepy`. A morpheme is written in its base form, so that the forms of a verb share
    tokens: `재미있었다` is `재미있`, `었` and `다`. The tags are those of the Sejong corpus.
    """

    def __init__(
        self,
        *,
        tags: Annotated[
            Literal["grammatical", "all", "none"],
            Doc(
                "which morphemes carry their part of speech: particles, endings, copulas, auxiliaries and "
                "suffixes (는/JX); all of them (영화/NNG); or none"
            ),
        ] = "grammatical",
        lemmas: Annotated[bool, Doc("write verbs and adjectives as dictionaries do: 재미있다")] = False,
        lowercase: Lowercase = False,
    ) -> None:
        self.tags = tags
        self.lemmas = lemmas
        self.lowercase = lowercase

    def depends_on(self) -> Sequence[Path]:
        """Return no files: the model is a package that kiwipiepy requires."""
        return ()

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the morphemes of each text, in order.

        Raises DataError if kiwipiepy is not installed, or a text is not Unicode.
        """
        strange = next((text for text in texts if not is_unicode(text)), None)
        if strange is not None:
            what = f"a text holds a lone surrogate, which is no character: {strange[:60]!r}"
            raise DataError(Fault(what, where="tokenizer"))
        kiwi = _analyser()
        # A list of texts would be analysed in threads, which do not survive a fork.
        return [[*map(self._written, kiwi.tokenize(text, compatible_jamo=True))] for text in texts]

    def _written(self, morpheme: Any) -> str:
        """Return a morpheme as a token, with its tag if it carries one."""
        form: str = morpheme.lemma if self.lemmas else morpheme.form
        form = form.lower() if self.lowercase else form
        tag: str = morpheme.tag.partition("-")[0]  # without the class of conjugation: VV-I
        wanted = self.tags == "all" or (self.tags == "grammatical" and tag.startswith(GRAMMATICAL))
        return f"{form}/{tag}" if wanted and not tag.startswith(WITHOUT_TAG) else form


@cache
def _analyser() -> Any:
    """Return Kiwi with its model, which takes a second to load and 300 MB, once per process.

    Raises DataError if it is not installed.
    """
    try:
        from kiwipiepy import Kiwi
    except ImportError as error:
        raise DataError(MISSING) from error
    return Kiwi(num_workers=1)
