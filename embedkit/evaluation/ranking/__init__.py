"""Candidates compared with one another: scores over folds, tiers, the race, and the typed result."""
