"""Experiments: one recipe, run over several folds, seeds or shares of hidden vectors."""
