"""`tokenizers`: tokenizes texts as a `tokenizer.json` says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from embedkit.plugin_api import DataError, Doc, Fault, InputPath, is_unicode

if TYPE_CHECKING:
    from tokenizers import Tokenizer

MISSING = Fault(
    "the package tokenizers is not installed",
    where="tokenizer",
    hint="Install it: pip install tokenizers",
)


class HfTokenizer:
    """The pieces of words that a `tokenizer.json` of Hugging Face's tokenizers cuts a text into.

    Needs `pip install tokenizers`. Normalisation, splitting and pieces are the file's own; its
    special tokens, truncation and padding are left out. A piece is spelt as the file's vocabulary has it,
    such as `##ing` or `▁the`, and what no piece fits is the file's unknown token.
    """

    def __init__(self, *, path: Annotated[InputPath, Doc("the `tokenizer.json`")]) -> None:
        self.path = path

    @property
    def tokenizer_file(self) -> Path:
        """Return the path of the tokenizer.json."""
        return Path(self.path)

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Tokenize each text into the pieces of the tokenizer.json, without special tokens.

        Raises DataError if the package is not installed, the file is no tokenizer.json, or a text is not
        Unicode.
        """
        strange = next((text for text in texts if not is_unicode(text)), None)
        if strange is not None:
            what = f"a text holds a lone surrogate, which is no character: {strange[:60]!r}"
            raise DataError(Fault(what, where="tokenizer"))
        encodings = self._tokenizer.encode_batch_fast([*texts], add_special_tokens=False)
        # Not the encodings' own tokens: for a unigram model these show what was unknown as it stood.
        return [[self._pieces[id] for id in encoding.ids] for encoding in encodings]

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise DataError(MISSING) from error
        try:
            tokenizer = Tokenizer.from_file(self.path)
        except Exception as error:  # the package raises Exception itself
            raise DataError(Fault(f"is not a tokenizer.json: {error}", where=self.path)) from error
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _pieces(self) -> dict[int, str]:
        return {id: piece for piece, id in self._tokenizer.get_vocab().items()}
