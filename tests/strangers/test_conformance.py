"""Every stranger passes the conformance suite, as its author would run it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from install_strangers import HERE, distributions

from embedkit.testing import parametrize_with_checks

try:
    version("embedkit-shout")
except PackageNotFoundError:
    pytest.skip("tox installs them", allow_module_level=True)

MISBEHAVED = ("embedkit-broken", "embedkit-taken")
SAMPLE = Path(__file__).parent / "mbox" / "tests" / "sample.mbox"
TABLE = Path(__file__).parent / "comma" / "tests" / "sample.csv"
SOUND = [name for name in distributions(HERE) if name not in MISBEHAVED]


@parametrize_with_checks("embedkit-mbox", parameters={"mbox": {"path": str(SAMPLE)}})
def test_mbox(check):
    check()


@parametrize_with_checks("embedkit-shout")
def test_shout(check):
    check()


@parametrize_with_checks("embedkit-hashing")
def test_hashing(check):
    check()


@parametrize_with_checks("embedkit-trigrams")
def test_trigrams(check):
    check()


@parametrize_with_checks("embedkit-lookalike")
def test_lookalike(check):
    check()


@parametrize_with_checks("embedkit-attention")
def test_attention(check):
    check()


@parametrize_with_checks("embedkit-kappa")
def test_kappa(check):
    check()


@parametrize_with_checks("embedkit-overlap")
def test_overlap(check):
    check()


@parametrize_with_checks("embedkit-esperanto")
def test_esperanto(check):
    check()


@parametrize_with_checks("embedkit-comma-vectors", parameters={"comma-vectors": {"sample": str(TABLE)}})
def test_comma_vectors(check):
    check()


@parametrize_with_checks("embedkit-verdict")
def test_verdict(check):
    check()


def test_none_is_left_out():
    tested = {name.removeprefix("test_").replace("_", "-") for name in globals() if name.startswith("test_")}
    assert {name.removeprefix("embedkit-") for name in SOUND} == tested - {"none-is-left-out"}
