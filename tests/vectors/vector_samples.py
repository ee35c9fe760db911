"""Parts of word-vector files that several tests write."""

import struct


def record(word: str | bytes, *values: float, after: bytes = b"") -> bytes:
    """One record of word2vec binary."""
    word = word if isinstance(word, bytes) else word.encode()
    return word + b" " + struct.pack(f"<{len(values)}f", *values) + after
