"""Reads the bytes of word-vector files, whether compressed or not."""
