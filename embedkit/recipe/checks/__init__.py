"""Checks of a recipe's parts against each other."""
