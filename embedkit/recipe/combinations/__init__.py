"""The combinations of a matrix: read from its section, named by their axes, and written again."""
