"""The files of versions that are tested: in step with what pyproject.toml allows."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

pytestmark = pytest.mark.core

ROOT = Path(__file__).parents[1]
NOT_TESTED_LOWEST = {"torch"}
"""Its lowest version comes with gigabytes of CUDA libraries."""


def pins(name):
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    pinned = [line.split("==") for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(package): Version(version) for package, version in pinned}


def requirements():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return [Requirement(line) for line in [*project["dependencies"], *extras["test"], *extras["tokenizers"]]]


def lowest(requirement):
    (bound,) = [each.version for each in requirement.specifier if each.operator == ">="]
    return Version(bound)


def test_each_direct_dependency_is_tested_at_its_lowest_version():
    pinned = pins("constraints-lowest.txt")
    for requirement in requirements():
        name = canonicalize_name(requirement.name)
        if name not in NOT_TESTED_LOWEST:
            assert pinned[name] == lowest(requirement), name


def test_what_is_tested_is_what_the_package_allows():
    pinned = pins("constraints.txt")
    for requirement in requirements():
        assert pinned[canonicalize_name(requirement.name)] in requirement.specifier, requirement.name


def test_torch_is_the_same_build_in_both():
    assert pins("constraints.txt")["torch"] == pins("constraints-lowest.txt")["torch"]
