from __future__ import annotations

import io
import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.errors import EmbedkitError, Fault
from embedkit.escaping import escaped, escaped_json, escaped_lines, escaped_message
from embedkit.report.terminal.screen import Screen

pytestmark = pytest.mark.core

HARMLESS = [
    "plain",
    "naïve",
    "\u4f60\u597d",
    "a\\b",
    "C:\\new",
    "[/b]",
    "\U0001f468\u200d\U0001f469",
    "\u06cc\u200c\u0645",
    "a\xa0b",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_what_is_just_to_be_seen_stays(text):
    assert escaped(text) == escaped_message(text) == escaped_lines(text) == escaped_json(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\nc\rd", r"a\tb\nc\rd"),
        ("\x1b]0;x\a\x1b[2J", r"\x1b]0;x\x07\x1b[2J"),
        ("\x9b2J\x85\x7f\0", r"\x9b2J\x85\x7f\x00"),
        ("\u202egnp.exe\u2069", r"\u202egnp.exe\u2069"),
        ("a\u200bb\ufeff\xad", r"a\u200bb\ufeff\xad"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\udcff\U000e0001", r"\udcff\U000e0001"),
    ],
)
def test_what_a_terminal_would_obey_or_hide_is_escaped(text, shown):
    assert escaped(text) == shown


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text):
    for character in escaped(text):
        assert unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
        assert unicodedata.bidirectional(character) not in (
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        )
    assert escaped(escaped(text)) == escaped(text)
    assert "\n" not in escaped(text)


@given(st.text())
def test_the_other_kinds_keep_line_feeds_and_nothing_else(text):
    assert escaped_lines(text) == "\n".join(map(escaped, text.split("\n")))
    assert escaped_message(text) == "\n    ".join(map(escaped, text.split("\n    ")))


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_an_escaped_document_is_the_same_document(value):
    document = escaped_json(json.dumps(value, ensure_ascii=False, indent=2))
    assert json.loads(document) == value
    assert escaped_lines(document) == document


def test_a_fault_is_a_line_and_its_hint():
    fault = Fault("no '\x1b[2J'", "a\nerror: b", "c\td", ("\u202e", "[/b]"), "See\n    below\nerror: d")
    assert str(fault).split("\n") == [
        r"a\nerror: b: no '\x1b[2J' - did you mean 'c\td'? (allowed: \u202e, [/b])",
        "    See",
        r"    below\nerror: d",
    ]
    assert str(EmbedkitError(fault)) == str(fault)


def screen(encoding="utf-8"):
    return Screen(file=io.TextIOWrapper(io.BytesIO(), encoding=encoding, newline=""), width=60)


def printed(console):
    console.file.flush()
    return console.file.buffer.getvalue().decode(console.encoding)


@pytest.mark.parametrize(
    "text", ["[/b]", "[bold]x", ":smile:", "[link=file:///etc/passwd]x[/link]", "1.5 'a' True"]
)
def test_a_screen_reads_no_markup(text):
    console = screen()
    console.print(text)
    assert printed(console) == f"{text}\n"


def test_a_screen_escapes_what_was_forgotten():
    console = screen()
    console.print("a\x1b[2Jb")
    assert printed(console) == "a\\x1b[2Jb\n"


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [("ascii", r"##=- 5-6 \xe9 \u4f60."), ("cp1252", "##=- 5–6 é \\u4f60…"), ("utf-8", "██▓░ 5–6 é 你…")],
)
def test_a_screen_draws_with_the_characters_it_has(encoding, shown):
    console = screen(encoding)
    console.print("██▓░ 5–6 é 你…")
    assert printed(console) == f"{shown}\n"
