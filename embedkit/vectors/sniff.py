"""What a file is, by its first bytes: so that an error can name the format that a file really has."""

from __future__ import annotations

import re

HEAD = 512
"""Bytes that are enough to tell."""

_NUMBER = rb"[ \t]+[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_HEADER = re.compile(rb"[0-9]+[ \t]+[0-9]+[ \t]*\r?\n")
_ROW = re.compile(rb"[\r\n]*[^ \t\r\n\0]+(?:%b){3}" % _NUMBER)
_NARROW_ROW = re.compile(rb"[\r\n]*[^ \t\r\n\0]+(?:%b){1,2}[ \t]*\r?\n" % _NUMBER)

_SIGNATURES: tuple[tuple[str, re.Pattern[bytes]], ...] = tuple(
    (name, re.compile(pattern, re.DOTALL))
    for name, pattern in (
        ("a zip archive (.zip, .npz, or a PyTorch .pt file)", rb"PK\x03\x04|PK\x05\x06"),
        ("a Python pickle (such as gensim's own save)", rb"\x80[\x02-\x05](?:\x95|[\x8a}(cK\]])"),
        ("a fastText model (.bin)", rb"\xba\x16\x4f\x2f"),
        ("a NumPy array (.npy)", rb"\x93NUMPY"),
        ("an HDF5 file", rb"\x89HDF\r\n"),
        ("a finalfusion file", rb"FiFu"),
        ("an SQLite database (such as a Magnitude file)", rb"SQLite format 3\x00"),
        ("a GGUF file", rb"GGUF"),
        ("gzip inside gzip", rb"\x1f\x8b\x08"),
        ("a bzip2 file", rb"BZh[1-9]"),
        ("an xz file", rb"\xfd7zXZ\x00"),
        ("a Zstandard file", rb"\x28\xb5\x2f\xfd"),
        ("a 7-Zip archive", rb"7z\xbc\xaf\x27\x1c"),
        ("a RAR archive", rb"Rar!\x1a\x07"),
        ("a tar archive", rb".{257}ustar"),
        ("a Git LFS pointer, not the file itself", rb"version https://git-lfs"),
        ("a web page", rb"\s*<(?:!DOCTYPE|!doctype|html|HTML|\?xml)"),
        ("JSON", rb"\s*[{\[]\s*[\"{\[\-0-9]"),
    )
)


def identify(head: bytes) -> str | None:
    """The format of a file that starts with `head`, in words; None for one not known.

    A header `count dim` alone does not tell: both word2vec formats have it, and so nothing is said of it.
    """
    signature = next((name for name, pattern in _SIGNATURES if pattern.match(head)), None)
    return signature or ("a safetensors file" if is_safetensors(head) else text_format(head))


def is_safetensors(head: bytes) -> bool:
    """Whether a file starts with the length of a header, 100 MB at most, and a JSON object."""
    return len(head) > 9 and int.from_bytes(head[:8], "little") <= 100_000_000 and head[8:9] == b"{"


def text_format(head: bytes) -> str | None:
    """Which text format of word vectors `head` begins, if any."""
    header = _HEADER.match(head)
    if header and (_ROW.match(head, header.end()) or _NARROW_ROW.match(head, header.end())):
        return "word2vec-text"
    return "glove-text" if _ROW.match(head) else None
