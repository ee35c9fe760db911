"""The tasks that a recipe can describe, one module each."""
