"""What the errors of classifiers are: each module goes from plain data to a typed result."""
