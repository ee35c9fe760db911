"""The formats the engine knows, and which of them a file is of."""

from __future__ import annotations

from functools import partial

from embedkit.errors import Fault, VectorFileError
from embedkit.vectors.content import Content
from embedkit.vectors.fasttext import MAGIC, FastText
from embedkit.vectors.faults import broken
from embedkit.vectors.numpy_file import MAGIC as NUMPY_MAGIC
from embedkit.vectors.numpy_file import NAME as NUMPY
from embedkit.vectors.numpy_file import open_numpy
from embedkit.vectors.reading import Format
from embedkit.vectors.safetensors_file import NAME as SAFETENSORS
from embedkit.vectors.safetensors_file import open_safetensors
from embedkit.vectors.safetensors_file import recognises as is_safetensors
from embedkit.vectors.sniff import HEAD, identify, text_format
from embedkit.vectors.text import Text
from embedkit.vectors.word2vec_binary import Word2vecBinary
from embedkit.vectors.word2vec_header import has_header

FORMATS: dict[str, Format] = {
    known.name: known
    for known in (
        Format(
            "word2vec-text", lambda head: text_format(head) == "word2vec-text", partial(Text, header=True)
        ),
        Format("glove-text", lambda head: text_format(head) == "glove-text", partial(Text, header=False)),
        Format("fasttext", lambda head: head.startswith(MAGIC), FastText),
        Format(SAFETENSORS, is_safetensors, open_safetensors),
        Format(NUMPY, lambda head: head.startswith(NUMPY_MAGIC), open_numpy),
        Format("word2vec-binary", has_header, Word2vecBinary),
    )
}
"""By name. The first that recognises a file has it."""


def format_of(content: Content, name: str | None) -> Format:
    """The format called `name`, or else the one that the content is of.

    Raises VectorFileError for an unknown name, and for content of none of these formats.
    """
    if name is not None:
        if name not in FORMATS:
            raise VectorFileError(Fault.unknown("vector format", name, FORMATS))
        return FORMATS[name]
    head = content.head(HEAD)
    for known in FORMATS.values():
        if known.recognises(head):
            return known
    found = identify(head)
    what = f"this is {found}" if found else "not a format that is known"
    raise broken(
        content.path, f"holds no word vectors that can be read: {what}; formats are {', '.join(FORMATS)}"
    )
