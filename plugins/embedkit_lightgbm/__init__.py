"""The baseline `tfidf-lightgbm`, by the package LightGBM."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_baselines(register: Register) -> None:
    """Register `tfidf-lightgbm`."""
    register("tfidf-lightgbm", "embedkit_lightgbm.baseline:TfidfLightgbm")
