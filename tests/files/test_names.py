"""Names that every system takes."""

from __future__ import annotations

import re
from unicodedata import normalize

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from embedkit.files.names import LONGEST, MOST_BYTES, portable

pytestmark = pytest.mark.core


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my recipe (1)", "my-recipe-1"),
        ("übung", "übung"),
        (normalize("NFD", "übung"), "übung"),
        ("评论", "评论"),
        ("हिन्दी समीक्षा", "हिन्दी-समीक्षा"),
        ("отзывы_2024.v2", "отзывы_2024.v2"),
        ("a--b", "a--b"),
        ("a:b", "a-b"),
        ("a/b\\c", "a-b-c"),
        ("name.", "name"),
        ("name. ", "name"),
        (".hidden", "hidden"),
        ("con", "run-con"),
        ("NUL.csv", "run-NUL.csv"),
        ("com1", "run-com1"),
        ("lpt³.x", "run-lpt³.x"),
        ("console", "console"),
        ("com10", "com10"),
        ("???", "run"),
        ("", "run"),
        ("a\u202eb\x1b[31m", "a-b-31m"),
    ],
)
def test_a_name_is_made_from_any_text(text, name):
    assert portable(text) == name


@given(st.text())
@example("con." + "x" * 500)
@example("字" * 300)
@example("a" * 99 + ". b")
def test_a_name_is_fit_for_every_system_and_stays_as_it_is(text):
    name = portable(text)
    assert name
    assert portable(name) == name
    assert not re.fullmatch(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*", name.split(".")[0].casefold())
    assert not re.search(r"[\x00-\x1f<>:\"/\\\\|?*\s]", name)
    assert not name.endswith((".", " "))
    assert len(name) <= LONGEST + 4
    assert len(name.encode()) <= MOST_BYTES + 4
