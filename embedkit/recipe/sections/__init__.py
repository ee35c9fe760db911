"""The sections of a recipe: frozen data, each key typed, bounded and documented."""
