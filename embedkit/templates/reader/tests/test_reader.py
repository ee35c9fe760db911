"""What the reader makes of files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from embedkit.plugin_api import DataError, Example, make_component

Read = Callable[..., list[Example]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(text: str, **parameters: str) -> list[Example]:
        path = tmp_path / "texts.txt"
        path.write_text(text, encoding="utf-8")
        return [*make_component("reader", "placeholder", path=str(path), **parameters).read()]

    return read


def test_headings_are_labels(read: Read) -> None:
    examples = read("# good\na great\nfilm\n\nfun\n# bad\ndull")
    assert examples == [
        Example(1, "a great film", "good"),
        Example(2, "fun", "good"),
        Example(3, "dull", "bad"),
    ]


def test_a_heading_may_begin_otherwise(read: Read) -> None:
    assert read("== good\n#1 of all films\n", heading="==") == [Example(1, "#1 of all films", "good")]


def test_a_file_of_headings_has_no_texts(read: Read) -> None:
    assert read("# good\n\n# bad\n") == []


@pytest.mark.parametrize("text", ["\na film\n# good\n", "#\na film\n"])
def test_a_text_without_a_label_is_refused_with_its_line(read: Read, text: str) -> None:
    with pytest.raises(DataError, match=r"texts\.txt:2: the text has no label"):
        read(text)
