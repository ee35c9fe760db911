"""The engine for word-vector files: opens them by what they hold and reads only the rows that are wanted."""

from embedkit.vectors.file import VectorFile, open_vectors

__all__ = ["VectorFile", "open_vectors"]
