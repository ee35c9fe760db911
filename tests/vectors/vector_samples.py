"""Parts of word-vector files that several tests write."""

import struct

REAL_WORD2VEC = [
    "finalfusion-similarity-100d.bin",
    "gensim-euclidean_vectors-10d.bin",
    "glove6b-100d.mr-sst.ctool.bin",
    "w2v-c-gutenberg-200d.bin",
]
"""word2vec binary files in the folder of real vectors."""


def record(word: str | bytes, *values: float, after: bytes = b"") -> bytes:
    """One record of word2vec binary."""
    word = word if isinstance(word, bytes) else word.encode()
    return word + b" " + struct.pack(f"<{len(values)}f", *values) + after
