"""Words and pieces of texts, by the tokenizer of a pretrained model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.plugin_api import DataError, Fault, Pieces, VectorFileError, is_unicode, not_the_file
from embedkit_transformers.files import read_json
from embedkit_transformers.words import NO_WORD, lowercased, words_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer


CONFIG = "tokenizer_config.json"
NO_LIMIT = 10**9
"""From here on a length means that there is none: transformers writes 10**30."""


def read_tokenizer(path: Path) -> Tokenizer:
    """Read a tokenizer.json, without its truncation and padding. Raises VectorFileError if it is none."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_file(str(path))
    except Exception as error:  # the package raises Exception itself
        with path.open("rb") as file:
            fault = not_the_file(file.read(1024), str(path))
        raise VectorFileError(fault or Fault(f"is not a tokenizer.json: {error}", str(path))) from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@dataclass(frozen=True)
class TokenizerConfig:
    """What transformers saves beside a tokenizer: its padding, and how long texts may be in pieces."""

    pad: str | None = None
    max_length: int | None = None


def read_config(folder: Path) -> TokenizerConfig:
    """Read tokenizer_config.json, if there is one. Raises VectorFileError if it is no JSON object."""
    path = folder / CONFIG
    if not path.is_file():
        return TokenizerConfig()
    read = read_json(path)
    pad, longest = read.get("pad_token"), read.get("model_max_length")
    pad = pad.get("content") if isinstance(pad, dict) else pad
    return TokenizerConfig(
        pad if isinstance(pad, str) else None,
        longest if isinstance(longest, int) and 0 < longest < NO_LIMIT else None,
    )


def unknown_id(tokenizer: Tokenizer) -> int | None:
    """Return the id of the piece for what the tokenizer does not know; None if it knows every byte."""
    model: dict[str, Any] = json.loads(tokenizer.to_str())["model"]
    if "unk_id" in model:
        number: int | None = model["unk_id"]
        return number
    piece = model.get("unk_token")
    return None if piece is None else tokenizer.token_to_id(piece)


@dataclass(frozen=True)
class _Text:
    """The pieces of one text that are read, the numbers of their words, and all its words."""

    ids: Sequence[int]
    words: Sequence[int]
    tokens: Sequence[str]


@dataclass(frozen=True)
class PieceTokenizer:
    """Splits texts into words and pieces.

    A text is lower-cased if `lowercase`, read after `prompt`, and cut to `max_length` pieces, special tokens
    included; None does not cut.
    """

    tokenizer: Tokenizer
    max_length: int | None
    lowercase: bool = False
    prompt: str = ""

    def __call__(self, texts: Sequence[str]) -> Pieces:
        """Return the pieces of the texts. Raises DataError for a text that is not Unicode."""
        import numpy as np

        strange = next((text for text in texts if not is_unicode(text)), None)
        if strange is not None:
            what = f"a text holds a lone surrogate, which is no character: {strange[:60]!r}"
            raise DataError(Fault(what, where="embedding"))
        read = [self._read(text) for text in texts]
        ids: Any = np.array([*chain.from_iterable(each.ids for each in read)], np.int32)
        words: Any = np.array([*chain.from_iterable(each.words for each in read)], np.int32)
        return Pieces(
            ids=ids,
            words=words,
            unknown=ids == (-1 if self._unknown is None else self._unknown),
            lengths=np.array([len(each.ids) for each in read], np.int64),
            tokens=[each.tokens for each in read],
            read=np.array([max(each.words, default=NO_WORD) + 1 for each in read], np.int64),
        )

    @cached_property
    def specials(self) -> tuple[int, int]:
        """Return how many special tokens stand before a text, and how many after it."""
        marks = self.tokenizer.encode("a").special_tokens_mask
        return (marks.index(0), marks[::-1].index(0)) if 0 in marks else (len(marks), 0)

    @cached_property
    def _unknown(self) -> int | None:
        return unknown_id(self.tokenizer)

    def _read(self, text: str) -> _Text:
        whole = self.prompt + text
        encoded, places = lowercased(whole) if self.lowercase else (whole, None)
        # One after another: a batch would be encoded in threads, which do not survive a fork.
        encoding = self.tokenizer.encode(encoded)
        words = words_of(whole, encoding, places, len(self.prompt))
        return _Text(self._cut(encoding.ids), self._cut(words.numbers), words.tokens)

    def _cut(self, values: Sequence[int]) -> Sequence[int]:
        """Return the values of the pieces that are read: the first ones, and special tokens at the end."""
        if self.max_length is None or len(values) <= self.max_length:
            return values
        after = self.specials[1]
        return [*values[: self.max_length - after], *values[len(values) - after :]]
