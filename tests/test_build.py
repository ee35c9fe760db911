"""Which build of embedkit is under test, and that it is whole."""

from __future__ import annotations

import importlib.metadata
import json
import os
from pathlib import Path

import pytest

import embedkit
from embedkit.recipe.bundled import bundled_recipes

pytestmark = pytest.mark.core

ROOT = Path(__file__).parents[1]
EXPECTED = os.environ.get("EMBEDKIT_EXPECTED_BUILD")
needs_build = pytest.mark.skipif(EXPECTED is None, reason="EMBEDKIT_EXPECTED_BUILD is not set")
needs_installed_files = pytest.mark.skipif(
    EXPECTED not in ("wheel", "sdist"), reason="EMBEDKIT_EXPECTED_BUILD is neither 'wheel' nor 'sdist'"
)


def test_the_version_is_the_same_everywhere():
    assert importlib.metadata.version("embedkit-text") == embedkit.__version__


def origin():
    """What pip installed embedkit from: PEP 610's record of it."""
    return json.loads(importlib.metadata.distribution("embedkit-text").read_text("direct_url.json"))


@needs_build
def test_the_expected_build_is_what_is_tested():
    if EXPECTED == "editable":
        assert [file for file in importlib.metadata.files("embedkit-text") if file.name.endswith(".pth")]
        assert Path(embedkit.__file__).parents[1] == ROOT
    else:
        from_folder = origin().get("dir_info") == {}  # of which pip itself makes a wheel
        end = {"wheel": ".whl", "sdist": ".tar.gz"}[EXPECTED]
        assert origin()["url"].endswith(end) or (from_folder and EXPECTED == "wheel")


@needs_installed_files
def test_nothing_of_the_checkout_is_imported():
    home = Path(embedkit.__file__).parent
    assert ROOT not in home.parents or ".tox" in home.parts
    assert home.parent.name == "site-packages"
    files = importlib.metadata.files("embedkit-text")
    assert not [file for file in files if file.name.endswith(".pth")]


@needs_installed_files
def test_the_build_holds_every_package_recipe_and_the_type_marker():
    files = {str(file) for file in importlib.metadata.files("embedkit-text")}
    plugins = {path.name for path in (ROOT / "plugins").iterdir() if (path / "__init__.py").is_file()}
    recipes = {str(path.relative_to(ROOT / "recipes")) for path in (ROOT / "recipes").rglob("*.yaml")}
    assert len(plugins) >= 8
    assert {f"{plugin}/__init__.py" for plugin in plugins} <= files
    assert {f"embedkit/recipes/{recipe}" for recipe in recipes} <= files
    assert {"embedkit/py.typed", "embedkit/recipes/embedkit.schema.json"} <= files
    assert files_of_templates() <= files
    assert "embedkit/templates/package/.github/workflows/tests.yml" in files
    assert "embedkit/templates/package/.gitignore" in files
    assert not [file for file in files if file.startswith(("tests/", "plugins/", "benchmarks/"))]
    assert len(bundled_recipes()) == len(recipes)


def files_of_templates() -> set[str]:
    below = (ROOT / "embedkit" / "templates").rglob("*")
    files = [path for path in below if path.is_file() and path.suffix != ".pyc"]
    return {path.relative_to(ROOT).as_posix() for path in files}


def test_every_bundled_plugin_is_an_entry_point():
    entries = importlib.metadata.entry_points(group="embedkit")
    modules = {entry.value for entry in entries if entry.dist.name == "embedkit-text"}
    plugins = {path.name for path in (ROOT / "plugins").iterdir() if (path / "__init__.py").is_file()}
    assert modules == plugins
