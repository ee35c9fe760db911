"""Text files as people have them: words with spaces, byte order marks, blank lines, wrong headers."""

import gzip

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vector_samples import record

from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.vectors.tools.check import check

ROWS = {"the": [0.25, 0.5, -0.75, 1.5], "of": [1.25, -0.5, 0.75, 2.5], "great": [-1.5, 0.25, 3.5, 4.5]}
BOM = b"\xef\xbb\xbf"


def lines(rows=ROWS, between=" ", after="\n", header=False):
    """The rows as text, with a header where asked."""
    made = [between.join([word, *map(str, values)]) + after for word, values in rows.items()]
    return "".join([*([f"{len(rows)} 4{after}"] if header else []), *made]).encode()


def failure(path, words=("the",), **options):
    with pytest.raises(VectorFileError) as caught:
        open_vectors(path, **options).lookup(words)
    return str(caught.value).removeprefix(str(path))


def assert_rows(path, rows=ROWS, **options):
    """The rows are found alone, together, and by a pass over all, first and by what the cache keeps."""
    words = [*rows]
    for cache in (False, True, "full", "full"):
        lookup = open_vectors(path, cache=cache, **options).lookup([*words, "nowhere"])
        assert lookup.rows.tolist() == [*range(len(rows)), -1]
        assert lookup.vectors[:-1].tolist() == [*rows.values()]
    for row, word in enumerate(words):
        assert open_vectors(path, cache=False, **options).lookup([word]).rows.tolist() == [row]
    blocks = [*open_vectors(path, **options).blocks()]
    assert [word.decode() for block in blocks for word in block.words] == words
    assert np.concatenate([block.vectors for block in blocks]).tolist() == [*rows.values()]


@pytest.fixture(autouse=True)
def everything_is_worth_keeping(monkeypatch):
    monkeypatch.setattr("embedkit.vectors.file.WORTH_KEEPING", 1)


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("header", [False, True], ids=["no header", "header"])
@pytest.mark.parametrize(
    "content",
    [
        lambda header: BOM + lines(header=header),
        lambda header: BOM + lines(header=header, after="\r\n"),
        lambda header: lines(header=header) + b"\n",
        lambda header: lines(header=header, after="\r\n") + b"\r\n",
        lambda header: lines(header=header) + b"\x1a",
        lambda header: lines(header=header, after="\r\n") + b"\x1a\r\n\n",
        lambda header: lines(header=header, between="\t"),
        lambda header: lines(header=header, between="   "),
        lambda header: lines(header=header, between=" \t "),
        lambda header: lines(header=header, after=" \t\r\n"),
    ],
    ids=[
        "bom",
        "bom crlf",
        "blank",
        "blank crlf",
        "ctrl-z",
        "ctrl-z blank",
        "tab",
        "blanks",
        "mixed",
        "ends",
    ],
)
def test_what_editors_and_tools_add_is_no_part_of_the_rows(content, header, compress, write):
    assert_rows(write(content(header), compress=compress))


@pytest.mark.parametrize("blank", [b"\n", b"\r\n", b" \n"])
@pytest.mark.parametrize("header", [False, True])
def test_a_blank_line_in_the_middle_is_refused_as_one(blank, header, write):
    first, rest = lines(header=header).split(b"of", 1)
    path = write(first + blank + b"of" + rest)
    place = f", line {3 if header else 2}: "
    with pytest.raises(VectorFileError) as caught:
        check(open_vectors(path))
    assert place in str(caught.value)
    if blank.strip(b" ") in (b"\n", b"\r\n") and blank != b" \n":
        assert failure(path).startswith(f"{place}the line is empty\n")


def test_blank_lines_and_rows_on_both_sides_of_a_window(write):
    path = write(lines() + b"\n" * (3 << 20))
    assert_rows(path)
    assert failure(write(lines() + b"\n" * (3 << 20) + b"x 1 2 3 4\n")).startswith(
        ", line 4: the line is empty"
    )


SPACED = {
    "the": [0.25, 0.5, -0.75, 1.5],
    "new york": [1, 2, 3, 4],
    "new": [5, 6, 7, 8],
    ". .": [0.5, 0.25, 1, 2],
    ".": [2, 2, 2, 2],
    " ": [3, 3, 3, 3],
    "\t": [4, 4, 4, 4],
    " \t": [4, 4, 5, 5],
    "a\tb c": [6, 6, 6, 6],
    "no\u00a0break": [7, 7, 7, 7],
    "\u3000": [7, 8, 7, 8],
    "\u2028": [7, 8, 7, 9],
    "\x0b": [8, 8, 8, 8],
    "form\x0c": [8, 8, 8, 9],
    "": [9, 9, 9, 9],
    " indented": [9, 9, 9, 1],
}


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
def test_with_a_header_a_word_is_all_before_the_values(compress, write):
    numbered = {"Catch 22": [1, 1, 1, 1], "Web 2.0": [2, 2, 1, 1], "1984": [1, 9, 8, 4]}
    assert_rows(write(lines({**SPACED, **numbered}, header=True), compress=compress), {**SPACED, **numbered})
    assert_rows(write(lines(SPACED), compress=compress), SPACED)


def test_a_tab_between_word_and_values_as_wikipedia2vec_has_it(write):
    words = ("the", "ENTITY/The Beatles", "ENTITY/Apollo 11", "film")
    rows = {word: [row, 0.5, 1.5, -2] for row, word in enumerate(words)}
    body = b"".join(b"%b\t%b" % (w.encode(), lines({"": v})[1:]) for w, v in rows.items())
    for content in (b"4 4\n" + body, body):
        assert_rows(write(content), rows)


@pytest.mark.parametrize("first", ["New York", ". . .", "Catch 22"])
@pytest.mark.parametrize("header", [False, True])
def test_the_first_word_may_have_spaces(first, header, write):
    rows = {first: [1.5, 2, 3, 4], **ROWS}
    path = write(lines(rows, header=header))
    assert open_vectors(path).lookup(["the", "of"]).rows.tolist() == [1, 2]
    if header or first != "Catch 22":
        assert_rows(path, rows)


def test_rows_of_other_words_are_no_reason_to_refuse_one(write):
    broken = {"new york": [1, 2, 3, 4], "new": [5, 6, 7, 8]}
    content = lines(broken, header=True).replace(b"2 4", b"4 4") + b"york 1\nnew york city x 1 2 3\n"
    assert open_vectors(write(content)).lookup(["new", "new york"]).rows.tolist() == [1, 0]
    assert ", line 4: the row of 'york' has 1 values, not 4" in failure(write(content), ["york"])
    assert "in place of a number" in failure(write(content), ["new york city x"])


@pytest.mark.parametrize("header", [False, True])
def test_a_row_that_lost_a_value_is_not_passed_over(header, write):
    content = lines(header=header) + b"two words 1 2 3\n"
    content = content.replace(b"3 4\n", b"4 4\n", 1) if header else content
    assert ", line " in failure(write(content), ["two words"])
    assert open_vectors(write(content)).lookup(["words"]).found.tolist() == [False]


nan_like = st.sampled_from(["nan", "-nan", "NaN", "inf", "-Infinity", "-nan(ind)", "1.#QNAN", "-1.#IND00"])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=nan_like, limit=st.sampled_from([None, 2]), header=st.booleans())
def test_a_first_vector_of_nan_is_text_all_the_same(value, limit, header, write):
    path = write(lines({"nothing": [value] * 4, **ROWS}, header=header))
    file = open_vectors(path, limit=limit)
    assert file.format == ("word2vec-text" if header else "glove-text")
    assert check(file).not_finite.first == ["nothing"]
    place = f", line {2 if header else 1}: "
    for cache in (False, True, "full"):
        message = failure(path, ["nothing"], limit=limit, cache=cache)
        assert message == f"{place}the vector of 'nothing' holds NaN or infinity"
    assert file.lookup(["the"]).found.all()


@pytest.mark.parametrize("limit", [None, 2])
@pytest.mark.parametrize(
    ("row", "shown", "hint"),
    [
        ("{w} 0,25 0,5 1,5 2,5", "b'0,25'", "decimal comma"),
        ("{w},0.25,0.5,1.5,2.5", "'{w},0.25,0.5,1.5,2.5'", "separated by commas"),
        ("{w}, 0.25, 0.5, 1.5, 2.5", "b'0.25,'", "separated by commas"),
        ("{w};0,25;0,5;1,5;2,5", "'{w};0,25;0,5;1,5;2,5'", ""),
        ("{w};0.25;0.5;1.5;2.5", "'{w};0.25;0.5;1.5;2.5'", "separated by semicolons"),
        ("{w} [0.25, 0.5, 1.5, 2.5]", "b'[0.25,'", "in brackets"),
        ("{w}\u00a00.25\u00a00.5\u00a01.5\u00a02.5", "has 0 values", "No-break spaces"),
        ("{w} 1:0.25 2:0.5 3:1.5 4:2.5", "b'1:0.25'", "indices"),
        ("{w} went home", "has 2 values", ""),
    ],
)
def test_text_after_a_header_is_never_binary(row, shown, hint, limit, write):
    words = ["the", "of", "für", "film"]
    for encoding in ("utf-8", "cp1252"):
        body = "".join(row.replace("{w}", word) + "\n" for word in words)
        message = failure(
            write(f"4 4\n{body * (1 if encoding == 'utf-8' else 20)}".encode(encoding)), limit=limit
        )
        assert message.startswith(", line 2: ")
        assert shown.replace("{w}", "the") in message
        assert hint in message


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"# made by hand\n", "line 1 is '# made by hand'"),
        (b"<<<<<<< HEAD\n", "line 1 is '<<<<<<< HEAD'"),
        (b"3 4 1\n", "line 1 is '3 4 1'"),
        (b"+3 +4\n", "line 1 is '+3 +4'"),
        (b"word\tx0\tx1\tx2\tx3\n", r"line 1 is 'word\tx0\tx1\tx2\tx3'"),
        (b"\t0\t1\t2\t3\n", r"line 1 is '\t0\t1\t2\t3'"),
        (b"3.0 4.0\n", "line 1 is '3.0 4.0'"),
    ],
)
def test_a_wrong_first_line_is_shown_with_what_comes_after_it(content, what, write):
    message = failure(write(content + lines()))
    assert what in message
    assert "from line 2 on it looks like glove-text of 4 dimensions" in message
    assert "tail -n +2" in message


@pytest.mark.parametrize("between", [",", ";", "|"])
@pytest.mark.parametrize("first", ["", "word,a,b,c,d\n", ",0,1,2,3\n"])
def test_tables_are_named_by_their_separator(first, between, write):
    message = failure(write(first.replace(",", between).encode() + lines(between=between)))
    names = {",": "commas", ";": "semicolons", "|": "vertical bars"}
    assert "line 1 is " in message
    assert f"separated by {names[between]}" in message


def test_a_header_row_of_column_numbers_is_no_vector(write):
    rows = {"word": ["0", "1", "2", "3", "4", "5"], "the": [0.1] * 6, "of": [0.2] * 6}
    assert ", line 1: this is 'word\\t0\\t1" in failure(write(lines(rows, between="\t")))


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
@pytest.mark.parametrize("header", [False, True])
def test_wide_encodings_are_named(encoding, header, compress, write):
    path = write(lines(header=header).decode().encode(encoding), compress=compress)
    for options in ({}, {"format": "glove-text"}, {"format": "word2vec-text"}):
        assert encoding[:6].upper() in failure(path, **options)


def test_carriage_returns_alone(write):
    assert "carriage returns alone" in failure(write(lines().replace(b"\n", b"\r")))


def test_two_dimensions_without_a_header_where_the_format_is_said(write):
    path = write(b"the 0.5 1.5\nof 1 2\n")
    assert "line 1 is 'the 0.5 1.5', a word and 2 numbers" in failure(path)
    assert open_vectors(path, format="glove-text").lookup(["of"]).vectors.tolist() == [[1, 2]]
    assert "is not word2vec-text" in failure(path, format="word2vec-text")


@pytest.mark.parametrize("compress", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("said", [4, 2_519_370])
@pytest.mark.parametrize("end", [b"", b"\n", b"\x1a"])
def test_fewer_rows_than_the_header_says_and_the_way_out(said, end, compress, write):
    content = lines(header=True).replace(b"3 4\n", b"%d 4\n" % said) + end
    path = write(content, compress=compress)
    assert "`limit: 3` reads the rows that are there, the last one whole" in failure(path)
    assert open_vectors(path, limit=3).lookup(["great"]).found.all()
    cut = write(content.removesuffix(end)[:-2])
    assert "`limit: 2`" in failure(cut)


def test_more_rows_than_the_header_says(write):
    content = lines(header=True).replace(b"3 4\n", b"2 4\n")
    assert "the header says 2 rows; there are 3\n    Its header is wrong, or `limit: 2`" in failure(
        write(content)
    )


@pytest.mark.parametrize("limit", [None, 1])
@pytest.mark.parametrize("said", [3, 1])
def test_a_header_of_fewer_dimensions_than_the_rows_have(said, limit, write):
    content = lines(header=True).replace(b"3 4\n", b"3 %d\n" % said)
    assert f", line 2: the header says {said} dimensions; the rows have 4 numbers" in failure(
        write(content), limit=limit
    )


@pytest.mark.parametrize("body", [lines(), record("the", 1, 2, 3, 4) * 3, b"", bytes(100)])
@pytest.mark.parametrize("digits", [16, 26, 400])
def test_numbers_that_no_file_has(body, digits, write):
    for header in (b"9" * digits + b" 4\n", b"3 " + b"9" * digits + b"\n"):
        assert "no file has so many" in failure(write(header + body))


@pytest.mark.parametrize("between", [" ", "\t"])
@pytest.mark.parametrize("limit", [None, 1])
def test_a_matrix_without_words_is_named(between, limit, write):
    rows = np.random.default_rng(0).standard_normal((8, 7))
    content = "".join(between.join(f"{x:.4f}" for x in row) + "\n" for row in rows).encode()
    for path in (write(content, "tensors.tsv"), write(content, compress=True)):
        message = failure(path, limit=limit)
        assert "every row begins with a number, and has no word" in message
        assert ".words" in message
    assert "every row has 7 numbers, and no word" in failure(write(b"8 7\n" + content), limit=limit)


def test_words_that_are_numbers(write):
    ids = {str(7 * i): [i / 3, 1.5, 2.25, -1] for i in range(20)}
    floats = {"the": [1.5, 1, 1, 1], "0.5": [2.5, 1, 1, 1], "-1": [3, 2.5, 1, 1], "1e5": [4, 1, 2.5, 1]}
    for rows in (ids, floats):
        path, headed = write(lines(rows), "plain"), write(lines(rows, header=True), "headed")
        for each in (path, headed):
            lookup = open_vectors(each).lookup([*rows])
            assert lookup.rows.tolist() == [*range(len(rows))]
    signed = {word: values for word, values in floats.items() if word != "the"}
    assert open_vectors(write(lines(signed, header=True))).lookup(["-1"]).found.all()


floats = st.floats(2**-19, 2**19, width=32).flatmap(lambda x: st.sampled_from([x, -x, 0.0]))


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), dim=st.integers(1, 5), after=st.sampled_from([b"", b"\n"]))
def test_binary_is_not_taken_for_text(data, dim, after, write):
    words = data.draw(
        st.lists(st.text("abz09.-é", min_size=1, max_size=5), min_size=1, max_size=4, unique=True)
    )
    rows = [data.draw(st.lists(floats, min_size=dim, max_size=dim)) for _ in words]
    body = b"".join(record(w, *row, after=after) for w, row in zip(words, rows, strict=True))
    path = write(f"{len(words)} {dim}\n".encode() + body)
    file = open_vectors(path)
    assert file.format == "word2vec-binary"
    assert file.lookup(words).vectors.tolist() == [np.array(row, np.float32).tolist() for row in rows]


def test_gzip_of_many_members_with_a_mark(write):
    content = BOM + lines(header=True)
    assert_rows(write(gzip.compress(content[:9]) + gzip.compress(content[9:])))


@pytest.mark.parametrize("words", ["great", b"great", ["the", None], ["the", float("nan")], ["the", b"of"]])
def test_what_is_no_sequence_of_words(words, write):
    with pytest.raises(TypeError, match="word"):
        open_vectors(write(lines())).lookup(words)


def test_any_iterable_of_words(write):
    file = open_vectors(write(lines()))
    for words in (("the", "of"), np.array(["the", "of"]), iter(["the", "of"]), {"the": 1, "of": 2}):
        assert file.lookup(words).rows.tolist() == [0, 1]
