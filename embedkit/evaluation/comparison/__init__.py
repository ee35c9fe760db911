"""Comparison of models on the same examples: differences of accuracy, their intervals, tests and power."""
