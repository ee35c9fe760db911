"""The pieces of a `tokenizer.json` of Hugging Face's package tokenizers, read without that package."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from embedkit.vectors.faults import broken
from embedkit.vectors.io.content import examine


class Pieces(NamedTuple):
    """The pieces of a tokenizer as UTF-8, and their token ids in ascending order."""

    ids: list[int]
    words: list[bytes]


def read_pieces(path: Path, vectors: str) -> Pieces:
    """Return the pieces of a `tokenizer.json`, added tokens included, in the order of their ids.

    `vectors` is the name of the file that has their vectors. Raises VectorFileError if it cannot be read.
    """
    content = examine(path)
    try:
        with content.reading():
            text = path.read_bytes()
        word_of = dict(_pieces(json.loads(text)))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        what = f"the words of {vectors} cannot be read: this is no tokenizer.json: {_described(error)}"
        raise broken(path, what) from error
    ids = sorted(word_of)
    return Pieces(ids, [word_of[id] for id in ids])


def _pieces(tokenizer: Any) -> Iterator[tuple[int, bytes]]:
    """Yield each token id and its piece; an added token comes after the piece that it replaces."""
    vocabulary = tokenizer["model"]["vocab"]
    if isinstance(vocabulary, list):  # a unigram model has pairs of a piece and its score
        vocabulary = {pair[0]: id for id, pair in enumerate(vocabulary)}
    added = ((token["content"], token["id"]) for token in tokenizer.get("added_tokens") or ())
    for piece, id in (*vocabulary.items(), *added):
        if type(id) is not int or id < 0:
            raise ValueError(f"the id of {piece!r:.60} is {id!r:.60}, not a number from 0 on")
        yield id, piece.encode()


def _described(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)
