"""NFC in time that grows with the text, and what it is everywhere else."""

from __future__ import annotations

from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.text.normal_form import JOINER, LONGEST_RUN, compose, decompose

pytestmark = pytest.mark.core

MARKS = "\u0323\u0301"


@given(st.text(), st.integers(0, 3 * LONGEST_RUN))
def test_it_is_nfc_wherever_no_run_is_long(text, length):
    padded = text + "x" * length + text
    assert compose(padded) == normalize("NFC", padded)
    assert decompose(padded) == normalize("NFD", padded)


@pytest.mark.parametrize("marks", [MARKS, "\u0f73", "\u0344", "\uff9e", "\u0301", "\u094d\u093c"])
def test_a_long_run_is_cut_so_that_it_takes_no_time(marks):
    text = compose("a" + marks * (200_000 // len(marks)) + "b")
    assert max(map(len, text.split(JOINER))) <= LONGEST_RUN + 2
    assert text.replace(JOINER, "").endswith("b")
    assert compose(text) == text


def test_a_run_of_the_longest_length_is_left_whole():
    text = "a" + "\u0323" * LONGEST_RUN
    assert JOINER not in compose(text + "b" * LONGEST_RUN)
    assert compose(text + "\u0323").count(JOINER) == 1
