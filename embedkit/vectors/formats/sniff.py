"""Detects what a file is from its first bytes, so that an error can name the format it really has."""

from __future__ import annotations

import codecs
import re
import struct

from embedkit.vectors.formats.numerals import number, row_width
from embedkit.vectors.lookup.records import LINE_ENDS, MAX_WORD

HEAD = 512
"""Bytes that formats of plugins are shown."""

SNIFF = 1 << 14
"""Bytes that are enough to tell the formats that are built in; a file that has fewer was seen whole."""

BOM = codecs.BOM_UTF8

FASTTEXT = b"\xba\x16\x4f\x2f"
"""fastText's magic number."""

HEADER = re.compile(rb"[ \t]*([0-9]+)[ \t]+([0-9]+)[ \t]*\r?\n")
"""The first line of both word2vec formats."""

CONTROLS = bytes({*range(32)} - {*b"\t\n\v\f\r"})
"""Bytes that text does not have. Floats do: of 256 random bytes 100 in 10^14 have none of them."""

_ENOUGH = 256

_SIGNATURES = (
    ("an Excel or Word document", rb"PK\x03\x04.{26}(?:\[Content_Types\]|_rels/|xl/|word/)"),
    ("a zip archive (.zip, .npz, or a PyTorch .pt file)", rb"PK\x03\x04|PK\x05\x06"),
    ("a Python pickle (such as gensim's own save)", rb"\x80[\x02-\x05](?:\x95|[\x8a}(cK\]])"),
    ("a fastText model (.bin)", rb"\xba\x16\x4f\x2f"),
    ("a NumPy array (.npy)", rb"\x93NUMPY"),
    ("an HDF5 file", rb"\x89HDF\r\n"),
    ("a Parquet file", rb"PAR1"),
    ("an Arrow file", rb"ARROW1|FEA1"),
    ("a MATLAB file", rb"MATLAB "),
    ("a finalfusion file", rb"FiFu"),
    ("an SQLite database (such as a Magnitude file)", rb"SQLite format 3\x00"),
    ("a GGUF file", rb"GGUF"),
    ("an old Excel or Word document", rb"\xd0\xcf\x11\xe0"),
    ("a PDF document", rb"%PDF-"),
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
"""What other files start with, as regular expressions, which are compiled only for an error."""


def identify(head: bytes) -> str | None:
    """Return the name of the format of a file that starts with `head`; None if it is not known.

    A header `count dim` alone does not tell, since both word2vec formats have it: then None is returned.
    """
    signature = next((name for name, pattern in _SIGNATURES if re.match(pattern, head, re.DOTALL)), None)
    if signature is None and is_fasttext(head):
        return "a fastText model (.bin) of before 2017"
    return signature or ("a safetensors file" if is_safetensors(head) else text_format(head))


def is_safetensors(head: bytes) -> bool:
    """Return whether a file starts with the length of a header, 100 MB at most, and a JSON object."""
    return len(head) > 9 and int.from_bytes(head[:8], "little") <= 100_000_000 and head[8:9] == b"{"


_OLD_FASTTEXT = struct.Struct("<12id3iq")


def is_fasttext(head: bytes) -> bool:
    """Return whether a file starts as a fastText model: with a magic number or, before 2017, the arguments.

    The arguments must be plausible: dimensions, window, epochs and so on, and a loss and a model that exist.
    """
    if head.startswith(FASTTEXT) or len(head) < _OLD_FASTTEXT.size:
        return head.startswith(FASTTEXT)
    numbers = _OLD_FASTTEXT.unpack(head[: _OLD_FASTTEXT.size])
    dim, window, epochs, least, negative, ngrams, loss, model, bucket, shortest, longest, rate = numbers[:12]
    sample, size, words, labels, tokens = numbers[12:]
    return (
        all(0 < number <= 100_000 for number in (dim, window, epochs))
        and all(number >= 0 for number in (least, negative, ngrams, bucket, shortest, rate, labels, tokens))
        and loss in (1, 2, 3)
        and model in (1, 2, 3)
        and max(shortest, longest) <= 100
        and 0 <= sample <= 1
        and 0 < size == words + labels
    )


def text_format(head: bytes) -> str | None:
    """Return the text format of word vectors that `head` begins; None if there is none.

    A byte order mark is ignored. A header `count dim` followed by text is word2vec text, even if this text is
    not in rows.
    """
    ended, text = len(head) < SNIFF, head.removeprefix(BOM)
    header = HEADER.match(text)
    if header is None:
        return "glove-text" if _begins_with_rows(text, ended) else None
    body, said = text[header.end() :], [*map(len, header.groups())]
    if max(said) > MAX_DIGITS:
        return "word2vec-text" if is_text(body, ended) else None
    return "word2vec-text" if _is_body_of_text(body, ended, int(header[1]), int(header[2])) else None


MAX_DIGITS = 15
"""Digits that a count or a width may have."""


def has_header(head: bytes) -> bool:
    """Return whether a file starts with a line `count dim` that no text follows."""
    return bool(HEADER.match(head)) and not text_format(head)


def is_text(head: bytes, ended: bool) -> bool:
    """Return whether `head` is text, in any encoding with ASCII's line ends.

    A Ctrl-Z at the end of the file, as Windows writes it, is ignored.
    """
    text = head.rstrip(b"\x1a\r\n") if ended else head
    if b"\n" not in head or text.translate(None, CONTROLS) != text:
        return False
    return len(head) >= _ENOUGH or is_utf8(text, ended)


def is_utf8(head: bytes, ended: bool) -> bool:
    """Return whether `head` is UTF-8; unless `ended`, its last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, ended)
    except UnicodeDecodeError:
        return False
    return True


def complete_lines(head: bytes, ended: bool) -> list[bytes]:
    """Return the lines of `head`, without a last line that may be cut and without blank lines at the end.

    The end is known only if the file `ended` within `head`.
    """
    *lines, rest = head.split(b"\n")
    if ended:
        lines.append(rest)
        while lines and is_blank(lines[-1]):
            lines.pop()
    return lines


def is_blank(line: bytes) -> bool:
    """Return whether a line is empty, or has only spaces, tabs, carriage returns or Windows' Ctrl-Z."""
    return not line.strip(b" \t\r\x1a")


def _is_body_of_text(body: bytes, ended: bool, count: int, dim: int) -> bool:
    """Return whether `body`, which follows a header, is text and not records of a word and `dim` float32."""
    if _width_of_first(body, ended) >= 3:
        return True
    lines = complete_lines(body, ended)
    widths = [0 if b"\0" in line else row_width(line.split()) for line in lines]
    if ended and dim and len(lines) == count and {*widths} == {dim}:
        return True
    if ended and _is_records(body, count, dim):
        return False
    return bool(dim and {*widths[:3]} == {dim}) or is_text(body, ended)


def _is_records(body: bytes, count: int, dim: int) -> bool:
    """Return whether `body` is exactly `count` word2vec binary records, with plausible values.

    Digits and spaces read as float32 are not plausible: they are of the order of 1e-19 or 1e-7.
    """
    at = 0
    for _ in range(count):
        space = body.find(b" ", at, at + MAX_WORD + 1)
        at = space + 1 + 4 * dim
        if space < 0 or at > len(body):
            return False
        values = struct.unpack(f"<{dim}f", body[space + 1 : at])
        if not all(value == 0 or 1e-6 < abs(value) < 1e6 for value in values):
            return False
    return not body[at:].strip(LINE_ENDS)


def _begins_with_rows(text: bytes, ended: bool) -> bool:
    """Return whether `text` begins with a word and at least three numbers.

    A word of several fields is accepted only if the second line, as far as it is there, is a row like the
    first.
    """
    first, newline, rest = text.lstrip(LINE_ENDS).partition(b"\n")
    fields = _whole_fields(first, ended or bool(newline))
    alone = not newline and b"\r" in first.rstrip(b"\r")  # line ends of old Macs: text_fault names them
    if alone or b"\0" in first or first[:1].isspace() or len(fields) < 4:
        return False
    if None not in map(number, fields[1:4]):
        return True
    second, newline, _ = rest.partition(b"\n")
    width = row_width(fields)
    return width >= 3 and (not newline or row_width(second.split()) == width)


def _width_of_first(body: bytes, ended: bool) -> int:
    """Count the numbers in the first row, as far as it is there."""
    first, newline, _ = body.lstrip(LINE_ENDS).partition(b"\n")
    fields = _whole_fields(first, ended or bool(newline))
    if b"\0" in first or not fields:
        return 0
    leading = next((i for i, field in enumerate(fields[1:]) if number(field) is None), len(fields) - 1)
    return max(leading, row_width(fields))


def _whole_fields(line: bytes, ended: bool) -> list[bytes]:
    """Return the fields of a line, without the last field if it may be cut."""
    fields = line.split()
    return fields if ended else fields[:-1]
