"""Trained models: loaded, and asked."""
