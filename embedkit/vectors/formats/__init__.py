"""The formats of word-vector files."""
