"""NumPy files: an embedding matrix in a `.npy` file, and its words in a file of the same name, one a line.

The file of words ends in `.words`, as embedkit writes it, or else in `.vocab` or `.txt`.
"""

from __future__ import annotations

import math
import tokenize
import warnings
from collections.abc import Iterator, Sequence
from functools import partial

from embedkit.files.compression import PLAIN
from embedkit.vectors.faults import broken
from embedkit.vectors.formats.matrix import SIZES, Matrix, MatrixReader, words_in_lines
from embedkit.vectors.formats.sniff import BOM, HEAD, is_blank
from embedkit.vectors.formats.text_faults import wide_encoding
from embedkit.vectors.io.content import Content, examine
from embedkit.vectors.reading import Options

NAME = "numpy"
MAGIC = b"\x93NUMPY"
ENDINGS = (".words", ".vocab", ".txt")


def open_numpy(content: Content, options: Options) -> MatrixReader:
    """Open a `.npy` matrix and the word list beside it.

    Raises VectorFileError if one of them cannot be used.
    """
    if not content.head(6).startswith(MAGIC):
        raise broken(content.path, "is not a NumPy array (.npy)")
    if content.compression is not PLAIN:
        raise broken(content.path, f"is a NumPy array in {content.compression.name}: decompress it first")
    words, matrix = _word_list(content), _matrix(content)
    return MatrixReader(NAME, content, options, matrix, partial(_words, words, matrix.count), words.path)


def _words(content: Content, count: int) -> Iterator[Sequence[bytes]]:
    """Yield the lines of a list of `count` words in parts, as text editors write them.

    Lines may end in CRLF; a byte order mark before the first and blank lines after the last are left out.
    """
    row = 0
    for part in words_in_lines(content, 0, content.size):
        words = [line.removesuffix(b"\r") for line in part]
        if not row and words:
            words[0] = words[0].removeprefix(BOM)
        yield words[: max(0, count - row)]
        more = words[max(0, count - row) :]
        if not all(map(is_blank, more)):
            yield more
        row += len(words)


def _word_list(content: Content) -> Content:
    paths = [content.path.with_suffix(ending) for ending in ENDINGS]
    own, *others = paths
    found = [own] if own.exists() else [path for path in others if path.exists()]
    if len(found) != 1:
        what = f"needs one list of words beside it; there are {len(found)}"
        raise broken(content.path, what, hint=f"Looked for {', '.join(map(str, paths))}.")
    words = examine(found[0])
    if words.compression is not PLAIN:
        raise broken(words.path, f"is a list of words in {words.compression.name}: decompress it first")
    encoding = wide_encoding(words.head(HEAD))
    if encoding:
        raise broken(words.path, f"is {encoding} text: save the list of words as UTF-8")
    return words


def _matrix(content: Content) -> Matrix:
    from numpy.lib import format as npy

    try:
        with content.reading(), content.path.open("rb") as file, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a header that Python 2 wrote is as good as any
            version = npy.read_magic(file)
            read = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
            shape, fortran, dtype = read(file)
            offset = file.tell()
    except (ValueError, SyntaxError, TypeError, tokenize.TokenError) as error:
        raise broken(content.path, f"the header is damaged: {error}") from error
    if len(shape) != 2 or not math.prod(shape) or fortran or dtype.kind != "f" or dtype.str not in SIZES:
        what = f"holds {dtype.str} {list(shape)}{' in Fortran order' if fortran else ''}"
        raise broken(content.path, f"{what}, not [words, dimensions] of floats in C order")
    return Matrix(offset, shape[0], shape[1], dtype.str)
