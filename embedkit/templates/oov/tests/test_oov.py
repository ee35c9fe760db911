"""The spellings that the policy proposes."""

from __future__ import annotations

import pytest

from embedkit.plugin_api import make_component


def test_suffixes_are_taken_off() -> None:
    policy = make_component("oov", "placeholder")
    assert [*policy.candidates("films")] == ["film"]
    assert [*policy.candidates("greatest")] == ["great"]
    assert [*policy.candidates("film")] == []


def test_longer_suffixes_come_first() -> None:
    policy = make_component("oov", "placeholder", suffixes=["s", "es", ""])
    assert [*policy.candidates("classes")] == ["class", "classe"]


def test_enough_of_the_word_is_left() -> None:
    policy = make_component("oov", "placeholder", shortest=4)
    assert [*policy.candidates("sing")] == []
    assert [*policy.candidates("walking")] == ["walk"]


def test_something_has_to_be_left() -> None:
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        make_component("oov", "placeholder", shortest=0)
