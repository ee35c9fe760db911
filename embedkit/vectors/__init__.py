"""Reads word-vector files: detects the format from the content and reads only the wanted rows."""

from embedkit.vectors.file import VectorFile, open_vectors

__all__ = ["VectorFile", "open_vectors"]
