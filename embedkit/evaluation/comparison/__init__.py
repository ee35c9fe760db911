"""Several models on the same examples: how far apart they are, and what these examples can tell of that."""
