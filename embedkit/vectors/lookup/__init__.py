"""Finding the vectors of words."""
