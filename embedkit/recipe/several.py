"""The keys by which a recipe stands for several: those of a matrix, and that of a ranking."""

from __future__ import annotations

MATRIX = "matrix"
INCLUDE = "include"
EXCLUDE = "exclude"

CANDIDATES = "candidates"
"""The key that only the recipe of a ranking has."""
