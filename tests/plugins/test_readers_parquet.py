"""The Parquet reader, on files that pyarrow and pandas write."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from embedkit.errors import DataError
from embedkit.interfaces import Example
from embedkit.plugin.registry import build_registry


def read(**keys: Any) -> list[Example]:
    component = build_registry().get("reader", "parquet")
    return [*component.factory(**component.parameters.model_validate(keys).model_dump()).read()]


@pytest.fixture
def write(tmp_path):
    def write(columns: dict[str, Any], **options: Any) -> str:
        path = tmp_path / "data.parquet"
        parquet.write_table(pyarrow.table(columns), path, **options)
        return str(path)

    return write


def test_text_and_label_columns(write):
    path = write({"id": [7, 8], "label": ["neg", "pos"], "text": ["bad", ""]})
    assert read(path=path) == [Example(1, "bad", "neg"), Example(2, "", "pos")]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ([0, 1], ["0", "1"]),
        ([True, False], ["true", "false"]),
        (pyarrow.array(["a", "b"]).dictionary_encode(), ["a", "b"]),
    ],
)
def test_labels_of_every_kind(write, labels, expected):
    path = write({"text": ["x", "y"], "label": labels})
    assert [example.label for example in read(path=path)] == expected


def test_a_column_of_groups(write):
    path = write({"text": ["a", "b", "c"], "label": [0, 1, 0], "by": pyarrow.array([1.0, None, 2.0])})
    assert [example.group for example in read(path=path, group="by")] == ["1", None, "2"]
    assert [example.group for example in read(path=path)] == [None] * 3


def test_unlabelled_by_other_names(write):
    assert read(path=write({"review": ["a"]}), text="review", label=None) == [Example(1, "a", None)]


def test_one_column_may_be_both(write):
    assert read(path=write({"text": ["a"]}), label="text") == [Example(1, "a", "a")]


def test_rows_are_numbered_across_row_groups(write):
    count = 150_000
    path = write(
        {"text": [str(i) for i in range(1, count + 1)], "label": ["x"] * count}, row_group_size=70_000
    )
    examples = read(path=path)
    assert len(examples) == count
    assert all(example.text == str(example.id) for example in examples)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"txt": ["a"], "label": ["x"]},
            ": unknown column 'text' - did you mean 'txt'? (allowed: label, txt)",
        ),
        ({"text": ["a", None], "label": ["x", "x"]}, ": row 2: the text is null, not a string"),
        ({"text": ["a", "b"], "label": ["x", None]}, ": row 2: the label is null"),
        ({"text": [1], "label": ["x"]}, ": row 1: the text is of type int, not a string"),
        ({"text": ["a"], "label": [float("nan")]}, ": row 1: the label is nan"),
        ({"text": ["a\0"], "label": ["x"]}, ": row 1: the text holds a NUL character"),
    ],
)
def test_a_file_that_does_not_fit(write, columns, message):
    path = write(columns)
    with pytest.raises(DataError) as raised:
        read(path=path)
    assert str(raised.value).startswith(path + message)


def test_two_columns_of_one_name(tmp_path):
    path = tmp_path / "data.parquet"
    parquet.write_table(
        pyarrow.Table.from_arrays([["a"], ["b"], ["x"]], names=["text", "text", "label"]), path
    )
    with pytest.raises(DataError, match="2 columns are called 'text'"):
        read(path=str(path))


def test_a_file_that_is_not_parquet(tmp_path):
    path = tmp_path / "data.parquet"
    path.write_text("text,label\na,b\n" * 10)
    with pytest.raises(DataError, match=r"data\.parquet: does not begin as a Parquet file does"):
        read(path=str(path))


def test_a_file_that_is_cut_off_or_damaged(write):
    path = write({"text": [f"text {i}" for i in range(1000)], "label": ["x"] * 1000}, compression="snappy")
    with Path(path).open("rb+") as file:
        file.seek(20)
        file.write(b"\xff" * 400)
    with pytest.raises(DataError, match="not a readable Parquet file"):
        read(path=path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"none\.parquet: cannot be read: No such file"):
        read(path=str(tmp_path / "none.parquet"))


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), st.booleans())
    )
)
def test_round_trip(write, rows):
    texts = pyarrow.array([text for text, _ in rows], pyarrow.string())
    path = write({"text": texts, "label": pyarrow.array([label for _, label in rows], pyarrow.bool_())})
    expected = [(text, str(label).lower()) for text, label in rows]
    assert [(example.text, example.label) for example in read(path=path, nfc=False)] == expected


def test_a_compressed_file_is_named(tmp_path):
    path = tmp_path / "data.parquet"
    path.write_bytes(gzip.compress(b"PAR1" + bytes(50)))
    with pytest.raises(DataError, match=r"data\.parquet: is a gzip file.*\n.*Decompress it"):
        read(path=str(path))


def test_lists_of_labels(write):
    path = write({"text": ["a", "b"], "label": [["x", "y"], []]})
    assert [example.label for example in read(path=path)] == ['["x", "y"]', "[]"]
