"""The token cache, which keeps the tokens of many texts from one run to the next.

The cache key covers everything that the tokens depend on: the texts, the tokenizer's name and parameters, the
files it depends on, the code of its package and of embedkit's text package, the versions of its distribution
and of all direct and indirect requirements, and the version of Python.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from embedkit import text
from embedkit.files.rows import Rows
from embedkit.interfaces import KeepableTokenizer
from embedkit.interfaces.consistency import check_tokenizer
from embedkit.recipe.code_digest import component_digest, files_digest, texts_digest
from embedkit.text.tokens import Tokenizing, Tokens

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.files.storage import Storage
    from embedkit.interfaces import Tokenizer
    from embedkit.recipe.build import Part

WORTH_KEEPING = 1 << 18
"""Characters of texts from which on it saves time: about a second of NLTK's tokenizers."""

AT_ONCE = 1 << 20
"""Numbers of words that are copied out of the cache at once."""


def tokenizing_of(part: Part, tokenizer: Tokenizer) -> Tokenizing:
    """Return `tokenizer`, which `part` made, for many texts, with the token cache if its tokens may be kept.

    A tokenizer of another distribution is checked against a second instance.
    """
    fresh = None if part.bundled else part.make
    if not isinstance(tokenizer, KeepableTokenizer):
        return CheckedTokenizing(tokenizer, str(part), fresh)
    return CachedTokenizing(tokenizer, str(part), fresh, part.spec.use, component_digest(part, text))


@dataclass(frozen=True)
class CheckedTokenizing(Tokenizing):
    """A tokenizer whose tokens are checked on a few texts with a second instance, if `fresh` makes one.

    `described` is its name in errors.
    """

    described: str
    fresh: Callable[[], Tokenizer] | None

    def tokens(self, texts: Sequence[str], storage: Storage) -> Tokens:
        """Return the tokens of `texts`, in `storage`. Raises ComponentError if the instances disagree."""
        tokens = super().tokens(texts, storage)
        if self.fresh:
            check_tokenizer(self.tokenizer, self.described, texts, tokens, self.fresh)
        return tokens


@dataclass(frozen=True)
class CachedTokenizing(CheckedTokenizing):
    """A tokenizer with a cache; it tokenizes only texts that are not in the cache.

    `about` is the part of the cache key that covers neither the texts nor the files that the tokenizer reads.
    """

    tokenizer: KeepableTokenizer
    name: str
    about: str

    def tokens(self, texts: Sequence[str], storage: Storage) -> Tokens:
        """Return the tokens of `texts`, in `storage`, from the cache if they are there.

        A small amount of text is not cached. Raises ComponentError as `tokenized` does.
        """
        if sum(map(len, texts)) < WORTH_KEEPING:
            return super().tokens(texts, storage)
        from embedkit.vectors.lookup.row_cache import CachedArrays

        about = f"{self.about} {files_digest(self.tokenizer.depends_on())} {texts_digest(texts)}"
        key = hashlib.sha256(about.encode()).hexdigest()[:32]
        source = f"{len(texts):,} texts, by {self.name}"
        kept = CachedArrays(f"tokens/{key}/tokens", about, "tokens", source)
        found: list[Tokens] = []
        if kept.use(lambda arrays: found.append(_unpacked(arrays, storage)), mapped=True):
            return found[0]
        tokens = super().tokens(texts, storage)
        kept.keep(_packed(tokens))
        return tokens


def _packed(tokens: Tokens) -> dict[str, NDArray[Any]]:
    """Return arrays for the cache: token bytes (UTF-8), their lengths, token numbers, and counts per text."""
    import numpy as np

    encoded = [token.encode(errors="surrogatepass") for token in tokens.words]
    return {
        "bytes": np.frombuffer(b"".join(encoded), np.uint8),
        "lengths": np.fromiter(map(len, encoded), np.int64, len(encoded)),
        "numbers": np.frombuffer(tokens.numbers.column.view(), np.int32),
        "counts": np.frombuffer(tokens.numbers.lengths(), np.int64),
    }


def _unpacked(arrays: Mapping[str, NDArray[Any]], storage: Storage) -> Tokens:
    data, ends = arrays["bytes"].tobytes(), arrays["lengths"].cumsum().tolist()
    words = [
        data[begin:end].decode(errors="surrogatepass") for begin, end in zip([0, *ends], ends, strict=False)
    ]
    column, numbers = storage.column("i"), arrays["numbers"]
    for first in range(0, len(numbers), AT_ONCE):
        column.extend(array("i", numbers[first : first + AT_ONCE].tobytes()))
    ends = array("q", arrays["counts"].cumsum().tobytes())
    return Tokens(words, Rows(column, array("q", [0])[: len(ends)] + ends[:-1], ends))
