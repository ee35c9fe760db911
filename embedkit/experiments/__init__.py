"""One recipe, many runs."""
