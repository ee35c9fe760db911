"""Whatever a cell holds, it is read as it was written: by embedkit, by the csv module and by pandas."""

from __future__ import annotations

import csv
import json
import math
from io import StringIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedkit.errors import RunError
from embedkit.model.token_states import OF_PIECES, STATES
from embedkit.runs.csv_files import TEXTS, read_frame, read_mappings, read_rows, write_rows
from embedkit.runs.token_columns import encode

HARD = [
    *(
        "",
        " ",
        "\r",
        "\n",
        "\r\n",
        "a\rb",
        "\ra",
        "a\r",
        "a\nb",
        "\0",
        "a\0b",
        "\x1a",
        "\x1c",
        "\x85",
        "\u2028",
    ),
    *(
        "\u2029",
        "\ufeff",
        "\ufeffid",
        '"',
        '""',
        'a"b',
        '"a',
        'a"',
        ",",
        "a,b",
        "'",
        "\\",
        '\\"',
        "\t",
        " a ",
    ),
    *(
        "=1+1",
        "+1",
        "-1",
        "@x",
        "#",
        "# a",
        "nan",
        "NaN",
        "NA",
        "N/A",
        "null",
        "None",
        "NULL",
        "-inf",
        "True",
    ),
    *(
        "1",
        "1.0",
        "01",
        "1e5",
        "0x1F",
        "<PAD>",
        "<UNK>",
        "x\r9,test,forged",
        "\n2,b",
        "\U0001f600",
        "e\u0301",
    ),
    *("\u202e", "\x1b[2J", "a" * 200_000, "\v", "\f", '"\r"', '\r"\n"', ",\r,", ";", "sep=;", "\ufffe"),
]
TEXT = st.sampled_from(HARD) | st.text(max_size=20) | st.text('\r\n",; \0\ufeffa1', max_size=8)
SLOW = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)


@SLOW
@given(st.lists(st.lists(TEXT, min_size=3, max_size=3), max_size=6), st.lists(TEXT, min_size=3, max_size=3))
def test_rows_are_read_as_they_were_written(tmp_path, rows, header):
    write_rows(tmp_path / "any.csv", header, rows)
    assert [*read_rows(tmp_path / "any.csv")] == [header, *rows]


@SLOW
@given(st.lists(TEXT, min_size=1, max_size=6))
def test_a_single_column_keeps_its_empty_cells(tmp_path, cells):
    write_rows(tmp_path / "any.csv", ["word"], [[cell] for cell in cells])
    assert [*read_rows(tmp_path / "any.csv")] == [["word"], *([cell] for cell in cells)]


@SLOW
@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), max_size=6))
def test_the_csv_module_reads_the_same_rows(tmp_path, rows):
    write_rows(tmp_path / "any.csv", ["word", "via"], rows)
    text = (tmp_path / "any.csv").read_bytes().decode()
    assert [*csv.reader(StringIO(text, newline=""))] == [["word", "via"], *rows]


@SLOW
@given(st.data())
@pytest.mark.parametrize("name", sorted(TEXTS))
def test_a_frame_has_the_texts_as_they_were_written(tmp_path, name, data):
    texts = sorted(TEXTS[name])
    rows = data.draw(
        st.lists(st.lists(TEXT, min_size=len(texts), max_size=len(texts)), min_size=1, max_size=4)
    )
    write_rows(tmp_path / name, ["id", *texts], [[number, *row] for number, row in enumerate(rows, 1)])
    frame = read_frame(tmp_path / name)
    assert [*frame.columns] == ["id", *texts]
    assert frame["id"].tolist() == [*range(1, len(rows) + 1)]
    assert [[*row] for row in zip(*(frame[column] for column in texts), strict=True)] == rows


@SLOW
@given(st.lists(st.lists(TEXT, max_size=4), min_size=1, max_size=4))
@pytest.mark.parametrize("column", ["gained", "lost"])
def test_a_frame_has_lists_as_they_were_written(tmp_path, column, lists):
    cells = [[json.dumps(each, ensure_ascii=False)] for each in lists]
    write_rows(tmp_path / "table-drift.csv", [column], [*cells, [""]])
    assert read_frame(tmp_path / "table-drift.csv")[column].tolist() == [*lists, None]


@SLOW
@given(st.data())
def test_what_is_said_of_tokens_comes_back(tmp_path, data):
    each = {
        "oov_tokens": TEXT,
        "token_list": TEXT,
        "token_states": st.sampled_from([*STATES, *OF_PIECES.states]),
    }
    each["token_content"] = st.integers(0, 1)
    each["token_pieces"] = st.integers(1, 99)
    kinds = st.tuples(*(st.lists(kind, max_size=4) for kind in each.values()))
    rows = data.draw(st.lists(kinds, min_size=1, max_size=4))
    write_rows(tmp_path / "predictions.csv", [*each], [encode([*each], row) for row in rows])
    frame = read_frame(tmp_path / "predictions.csv")
    assert [*zip(*(frame[name] for name in each), strict=True)] == rows


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("token_states", "cx"),
        ("token_content", "0a"),
        ("token_list", ""),
        ("token_pieces", "1"),
        ("token_pieces", "[-1]"),
        ("token_pieces", "[1.5]"),
    ],
)
def test_what_is_said_of_tokens_is_checked(tmp_path, column, cell):
    write_rows(tmp_path / "predictions.csv", [column], [[cell]])
    with pytest.raises(RunError, match=f"damaged: column '{column}'"):
        read_frame(tmp_path / "predictions.csv")


@SLOW
@given(st.lists(st.none() | st.floats(), min_size=1, max_size=6))
def test_numbers_keep_every_bit(tmp_path, numbers):
    write_rows(tmp_path / "history.csv", ["split", "loss"], [["train", number] for number in numbers])
    read = read_frame(tmp_path / "history.csv")["loss"].tolist()
    expected = [math.nan if number is None else number for number in numbers]
    assert [*map(repr, map(float, read))] == [*map(repr, map(float, expected))]


def test_whole_numbers_stay_whole_and_an_empty_file_has_its_columns(tmp_path):
    write_rows(tmp_path / "dropped.csv", ["word", "count"], [["nan", 2**62], ["1", 3]])
    assert read_frame(tmp_path / "dropped.csv")["count"].tolist() == [2**62, 3]
    write_rows(tmp_path / "dropped.csv", ["word", "count"], [])
    frame = read_frame(tmp_path / "dropped.csv")
    assert [*frame.columns] == ["word", "count"]
    assert frame.empty


def test_more_rows_than_are_read_at_once(tmp_path):
    rows = [[f"w\r{n}", n if n < 9000 else n + 0.5] for n in range(10_000)]
    write_rows(tmp_path / "dropped.csv", ["word", "count"], rows)
    frame = read_frame(tmp_path / "dropped.csv")
    assert frame["word"].tolist() == [word for word, _ in rows]
    assert frame["count"].tolist() == [count for _, count in rows]


@pytest.mark.parametrize("text", ["plain", "two words", "c'est", "naïve", "100%", "a;b", "tab\there"])
def test_ordinary_texts_are_not_quoted_and_lines_end_in_lf(tmp_path, text):
    write_rows(tmp_path / "any.csv", ["word", "n"], [[text, 1]])
    assert (tmp_path / "any.csv").read_bytes() == f"word,n\n{text},1\n".encode()


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [
        (b"word,count\na\n", 2, "1 cells where the header has 2"),
        (b"word,count\na,1\nb\rc,2\n", 3, "1 cells where the header has 2"),
        (b"word,count\na,1,2\n", 2, "3 cells where the header has 2"),
        (b'word,count\n"a,1\n', 2, "not CSV: unexpected end of data"),
        (b'word,count\n"a"b,1\n', 2, "not CSV: "),
        (b"word,count\n\xff,1\n", None, "not UTF-8"),
        (b"", 1, "it is empty"),
        (b"word,count\na,one\n", None, "column 'count': "),
    ],
)
def test_a_damaged_file_is_one_error_that_names_it(tmp_path, content, line, what):
    path = tmp_path / "dropped.csv"
    path.write_bytes(content)
    with pytest.raises(RunError, match="damaged: ") as caught:
        read_frame(path)
    (fault,) = caught.value.faults
    assert fault.what.removeprefix("damaged: ").startswith(what)
    assert fault.where.startswith(str(path))
    if line is not None:
        assert fault.where == f"{path}:{line}"


def test_a_cell_that_is_no_list_is_a_damaged_file(tmp_path):
    write_rows(tmp_path / "predictions.csv", ["token_list"], [["[1"]])
    with pytest.raises(RunError, match="damaged: column 'token_list'"):
        read_frame(tmp_path / "predictions.csv")


def test_two_readers_at_once_both_read_long_fields(tmp_path):
    write_rows(tmp_path / "any.csv", ["text"], [["a" * 200_000], ["b" * 200_000]])
    first, second = (read_mappings(tmp_path / "any.csv") for _ in range(2))
    assert len(next(first)["text"]) == len(next(second)["text"]) == 200_000
    assert len([*first]) == 1
    assert len([*second]) == 1
