"""Beginnings of files that are no word vectors of a plugin's format."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_FLOATS = struct.pack("<4f", 0.25, -1.5, 2.0, 0.125)

HEADS: Mapping[str, bytes] = {
    "word2vec text": b"3 4\nfilm 0.25 -1.5 2.0 0.125\ngreat 1 2 3 4\ndull 0 0 1 0\n",
    "word2vec binary": b"3 4\nfilm " + _FLOATS + b"great " + _FLOATS + b"dull " + _FLOATS,
    "GloVe text": b"film 0.25 -1.5 2.0 0.125\ngreat 1 2 3 4\ndull 0 0 1 0\n",
    "a fastText model": b"\xba\x16\x4f\x2f\x0c\x00\x00\x00" + struct.pack("<12id", *[5] * 12, 1e-4),
    "safetensors": struct.pack("<Q", 80) + b'{"vectors":{"dtype":"F32","shape":[3,4],"data_offsets":[0,48]}}',
    "a NumPy array": b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }",
    "a spreadsheet": b"PK\x03\x04\x14\x00\x06\x00\x08\x00"
    + bytes(16)
    + b"\x13\x00\x00\x00[Content_Types].xml",
    "an empty zip archive": b"PK\x05\x06" + bytes(18),
    "a pickle": b"\x80\x04\x95\x1c\x00\x00\x00\x00\x00\x00\x00}\x94(\x8c\x04film\x94]\x94(K\x01K\x02e",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03" + bytes(range(100)),
    "HDF5": b"\x89HDF\r\n\x1a\n" + bytes(100),
    "Parquet": b"PAR1" + bytes(100),
    "SQLite": b"SQLite format 3\x00" + bytes(100),
    "JSON": b'{"texts": ["a great film", "a dull film"], "labels": [1, 0]}',
    "a table of texts": b'text,label\n"A great, great film",good\nDull.,bad\n',
    "a web page": b"<!DOCTYPE html>\n<html><head><title>404</title></head></html>\n",
    "prose": b"It was a dark and stormy night; the rain fell in torrents.\n" * 8,
    "zeros": bytes(512),
}
"""The first bytes of files by what they are: what embedkit itself reads, and what is mistaken for it."""
