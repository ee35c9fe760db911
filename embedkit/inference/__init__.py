"""Trained models: loading and prediction."""
