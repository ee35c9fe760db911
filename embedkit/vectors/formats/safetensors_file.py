"""safetensors: embedkit's own layout, and static models.

embedkit writes a tensor `vectors` [n, D], F32 or BF16, and a tensor `words` of U8: the words as UTF-8, each
with a newline after it. The words of a static model, such as model2vec's, are in a `tokenizer.json`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from embedkit.files.compression import PLAIN
from embedkit.vectors.faults import broken
from embedkit.vectors.formats.matrix import MatrixReader, words_in_lines
from embedkit.vectors.formats.safetensors_header import Tensors, matrix_of, read_tensors
from embedkit.vectors.formats.sniff import is_safetensors
from embedkit.vectors.io.content import Content
from embedkit.vectors.reading import Options

if TYPE_CHECKING:
    from embedkit.vectors.formats.static_model import StaticModelReader

NAME = "safetensors"


def open_safetensors(content: Content, options: Options) -> MatrixReader | StaticModelReader:
    """Open a safetensors file. Raises VectorFileError if it is damaged or has another layout."""
    tensors = _tensors(content)
    if options.tensor is None and "vectors" in tensors and "words" in tensors:
        if options.tokenizer is not None:
            raise broken(content.path, "holds its own words in the tensor words: it takes no tokenizer")
        return _own(content, options, tensors)
    from embedkit.vectors.formats.static_model import open_static_model

    return open_static_model(content, options, tensors)


def open_own(content: Content) -> MatrixReader:
    """Open a file as embedkit writes it. Raises VectorFileError if it is damaged or has another layout."""
    tensors = _tensors(content)
    if not {"vectors", "words"} <= tensors.keys():
        raise broken(content.path, "has no tensors vectors and words")
    return _own(content, Options(), tensors)


def _tensors(content: Content) -> Tensors:
    if not is_safetensors(content.head(16)):
        raise broken(content.path, "is not a safetensors file")
    if content.compression is not PLAIN:
        raise broken(
            content.path, f"is a safetensors file in {content.compression.name}: decompress it first"
        )
    return read_tensors(content)


def _own(content: Content, options: Options, tensors: Tensors) -> MatrixReader:
    matrix, words = matrix_of(content, tensors["vectors"]), tensors["words"]
    if words.end > content.size:
        raise broken(content.path, "the file is cut within its words")
    lines = partial(words_in_lines, content, words.begin, words.end - words.begin)
    return MatrixReader(NAME, content, options, matrix, lines)
