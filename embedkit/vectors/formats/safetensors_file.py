"""safetensors: embedkit's own layout, and model2vec's.

embedkit writes a tensor `vectors` [n, D], F32 or BF16, and a tensor `words` of U8: the words as UTF-8, each
with a newline after it. model2vec has a tensor `embeddings`, and its words in a `tokenizer.json` beside it.
Its files whose vocabulary was quantized have the tensors `mapping` and `weights` too, and are refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from embedkit.files.compression import PLAIN
from embedkit.files.system import read_at
from embedkit.vectors.faults import broken
from embedkit.vectors.formats.matrix import Matrix, MatrixReader, words_in_lines
from embedkit.vectors.formats.sniff import is_safetensors
from embedkit.vectors.io.content import Content
from embedkit.vectors.reading import Options

Header = dict[str, Any]
"""The header of a file, or what it says of one tensor."""

NAME = "safetensors"
TYPES = {"F32": "<f4", "F16": "<f2", "F64": "<f8", "BF16": "bf16"}


def open_safetensors(content: Content, options: Options) -> MatrixReader:
    """Open a safetensors file. Raises VectorFileError if it is damaged or has another layout."""
    if not is_safetensors(content.head(16)):
        raise broken(content.path, "is not a safetensors file")
    if content.compression is not PLAIN:
        raise broken(
            content.path, f"is a safetensors file in {content.compression.name}: decompress it first"
        )
    tensors, data = _read_header(content)
    if "vectors" in tensors and "words" in tensors:
        matrix = _matrix(content, tensors["vectors"], data)
        begin, end = tensors["words"]["data_offsets"]
        if data + end > content.size:
            raise broken(content.path, "the file is cut within its words")
        return MatrixReader(
            NAME, content, options, matrix, partial(words_in_lines, content, data + begin, end - begin)
        )
    if "embeddings" in tensors and not tensors.keys() & {"mapping", "weights"}:
        matrix = _matrix(content, tensors["embeddings"], data)
        tokenizer = content.path.with_name("tokenizer.json")
        words = partial(_tokenizer_words, content, tokenizer, matrix.count)
        return MatrixReader(NAME, content, options, matrix, words, tokenizer)
    held = ", ".join(sorted(tensors)) or "nothing"
    raise broken(content.path, f"holds {held}; vectors and words, or embeddings alone, can be read")


def _read_header(content: Content) -> tuple[Header, int]:
    with content.reading(), content.path.open("rb", buffering=0) as file:
        size = int.from_bytes(read_at(file, 8, 0), "little")
        text = read_at(file, size, 8)
    try:
        header = json.loads(text)
        tensors = {name: _checked(tensor) for name, tensor in header.items() if name != "__metadata__"}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise broken(content.path, f"the header of {size:,} bytes is damaged: {error}") from error
    return tensors, 8 + size


def _checked(tensor: Any) -> Header:
    begin, end = tensor["data_offsets"]
    numbers = [begin, end, *tensor["shape"]]
    if not all(isinstance(number, int) and number >= 0 for number in numbers) or begin > end:
        raise ValueError("a tensor lies outside the file")
    return {"dtype": str(tensor["dtype"]), "shape": tensor["shape"], "data_offsets": (begin, end)}


def _matrix(content: Content, tensor: Header, data: int) -> Matrix:
    shape, kind = tensor["shape"], tensor["dtype"]
    begin, end = tensor["data_offsets"]
    if len(shape) != 2 or min(shape) < 1 or kind not in TYPES:
        raise broken(
            content.path, f"the vectors are {kind} {shape}, not [words, dimensions] of {', '.join(TYPES)}"
        )
    matrix = Matrix(data + begin, shape[0], shape[1], TYPES[kind])
    if end - begin != matrix.count * matrix.row_size:
        raise broken(content.path, f"the vectors have {end - begin:,} bytes, which {kind} {shape} has not")
    return matrix


def _tokenizer_words(content: Content, path: Path, count: int) -> Iterator[Sequence[bytes]]:
    """Yield the words of the `tokenizer.json` beside a model2vec file, in the order of their ids.

    Raises VectorFileError if it cannot be read, or if its ids are not the rows of the matrix.
    """
    try:
        tokenizer = json.loads(path.read_bytes())
        vocabulary = tokenizer["model"]["vocab"]
        if isinstance(vocabulary, list):  # a unigram model has pairs of a word and its score
            vocabulary = {word: row for row, (word, _) in enumerate(vocabulary)}
        vocabulary |= {added["content"]: added["id"] for added in tokenizer.get("added_tokens") or ()}
        word_of = {row: word.encode() for word, row in vocabulary.items()}
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise broken(path, f"the words of {content.path.name} cannot be read: {error}") from error
    if word_of.keys() != {*range(count)}:
        raise broken(path, f"has {len(word_of):,} words for the {count:,} rows of {content.path.name}")
    yield [word_of[row] for row in range(count)]
