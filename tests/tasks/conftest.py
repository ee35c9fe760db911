"""Plugins that the tests of tasks share."""

from __future__ import annotations

import pytest


@pytest.fixture
def first_class(install):
    """Install the baseline `first`: always the first of two classes, without a state to be stored."""
    install(
        "single",
        """
        import numpy
        from embedkit.plugin_api import hookimpl

        class First:
            tasks = ("binary",)

            def fit(self, texts, labels, classes):
                return self

            def probabilities(self, texts):
                return numpy.tile([1.0, 0.0], (len(texts), 1))

        @hookimpl
        def register_baselines(register):
            register("first", First)
        """,
        entries=["single"],
    )
