"""Reads and writes files: differences between operating systems, and files that are complete or absent."""
