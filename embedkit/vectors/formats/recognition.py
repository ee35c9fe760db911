"""The built-in formats, each imported when it is needed, and the detection of a file's format."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from embedkit.vectors.faults import broken
from embedkit.vectors.formats.sniff import (
    SNIFF,
    has_header,
    identify,
    is_fasttext,
    is_safetensors,
    text_format,
)
from embedkit.vectors.io.content import Content
from embedkit.vectors.reading import Format, Options, Reader

if TYPE_CHECKING:
    from embedkit.vectors.formats.plugin_formats import PluginFormats


def _open_word2vec_text(content: Content, options: Options) -> Reader:
    from embedkit.vectors.formats.text import Text

    return Text(content, options, header=True)


def _open_glove_text(content: Content, options: Options) -> Reader:
    from embedkit.vectors.formats.text import Text

    return Text(content, options, header=False)


def _open_fasttext(content: Content, options: Options) -> Reader:
    from embedkit.vectors.formats.fasttext import FastText

    return FastText(content, options)


def _open_safetensors(content: Content, options: Options) -> Reader:
    from embedkit.vectors.formats.safetensors_file import open_safetensors

    return open_safetensors(content, options)


def _open_numpy(content: Content, options: Options) -> Reader:
    from embedkit.vectors.formats.numpy_file import open_numpy

    return open_numpy(content, options)


def _open_word2vec_binary(content: Content, options: Options) -> Reader:
    from embedkit.vectors.formats.word2vec_binary import Word2vecBinary

    return Word2vecBinary(content, options)


FORMATS: dict[str, Format] = {
    known.name: known
    for known in (
        Format("word2vec-text", lambda head: text_format(head) == "word2vec-text", _open_word2vec_text),
        Format("glove-text", lambda head: text_format(head) == "glove-text", _open_glove_text),
        Format("fasttext", is_fasttext, _open_fasttext),
        Format("safetensors", is_safetensors, _open_safetensors),
        Format("numpy", lambda head: head.startswith(b"\x93NUMPY"), _open_numpy),
        Format("word2vec-binary", has_header, _open_word2vec_binary),
    )
}
"""By name. The first that recognises a file has it."""


def format_of(content: Content, name: str | None, formats: Callable[[], PluginFormats]) -> Format:
    """Return the format called `name`, or else the format of the content: a built-in one, or one of a plugin.

    `formats` returns those of the plugins, and is called only if no built-in format is found.
    Raises PluginError if the name is unknown, and VectorFileError if the content has no known format,
    several, or one that runs code and is not trusted.
    """
    if name is not None:
        return FORMATS.get(name) or formats().named(content, name)
    head = content.head(SNIFF)
    for known in FORMATS.values():
        if known.recognises(head):
            return known
    plugins = formats()
    return plugins.recognising(content) or _unknown(content, head, plugins)


def _unknown(content: Content, head: bytes, plugins: PluginFormats) -> NoReturn:
    from embedkit.vectors.formats.text_faults import text_fault

    found = identify(head)
    fault = None if found else text_fault(head)
    what = f"this is {found}" if found else fault.what if fault else "not a format that is known"
    names = ", ".join([*FORMATS, *plugins.names()])
    what = f"holds no word vectors that can be read: {what}; formats are {names}"
    hints = [hint for hint in (fault and fault.hint, plugins.suspects()) if hint]
    raise broken(content.path, what, hint="\n    ".join(hints) or None)
