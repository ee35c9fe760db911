"""The bundled readers of text files, each built from recipe keys through the registry, as a recipe does."""

from __future__ import annotations

import bz2
import csv
import gzip
import importlib
import io
import json
import lzma
import os
import pickle
import sys
import tracemalloc
import unicodedata
import zipfile
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar

import pytest
from embedkit_readers import lines
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedkit.errors import DataError
from embedkit.interfaces import Example, Reader
from embedkit.plugin.registry import Registry, build_registry

pytestmark = pytest.mark.core

zstd = importlib.import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")

KOREAN = "긍정\t이 영화는 정말 재미있고 감동적이다.\n부정\t시간이 아깝다. 다시는 보지 않겠다.\n"
RUSSIAN = "плохо\tЭтот фильм очень скучный\nхорошо\tОтличный фильм, рекомендую всем\n"
FRENCH = "pos\tune comédie très réussie où l’on rit\nneg\tdéjà vu, raté\n"


@cache
def registry() -> Registry:
    return build_registry()


def reader(name: str, **keys: Any) -> Reader:
    component = registry().get("reader", name)
    return component.factory(**component.parameters.model_validate(keys).model_dump())


def read(name: str, **keys: Any) -> list[tuple[str, str | None]]:
    examples = [*reader(name, **keys).read()]
    assert [example.id for example in examples] == [*range(1, len(examples) + 1)]
    return [(example.text, example.label) for example in examples]


def failure(name: str, **keys: Any) -> str:
    with pytest.raises(DataError) as raised:
        [*reader(name, **keys).read()]
    return str(raised.value)


@pytest.fixture
def write(tmp_path):
    def write(content: str | bytes, name: str = "data.txt", encoding: str = "utf-8") -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return str(path)

    return write


NORMAL_FORMS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
    st.text("aeé\u0301\u0323\u1e69한\u1112\u1161\u11abÅ\u212b\u030a", min_size=1),
)
"""Texts, many of them not in NFC."""

LABEL_TEXT = {"header": False, "columns": ["label", "text"]}


def test_the_bundled_readers_are_registered():
    assert {"inline", "csv", "tsv", "jsonl", "parquet", "labelled-lines", "folder"} <= {
        *registry().names("reader")
    }


@pytest.mark.parametrize("name", ["inline", "csv", "tsv", "jsonl", "parquet", "labelled-lines", "folder"])
def test_every_key_is_documented(name):
    fields = registry().get("reader", name).parameters.model_fields
    assert fields
    assert [key for key, field in fields.items() if not field.description] == []
    page = Path(__file__).parents[2].joinpath("docs", "reference", "readers.md").read_text(encoding="utf-8")
    assert f"| `{name}` |" in page
    assert [key for key in fields if f"`{key}`" not in page] == []
    assert "(components.md#readers)" in page


class TestInline:
    def test_labels_become_strings_as_they_are_written(self):
        texts, labels = ["a", "b", "", "d", "e"], ["x", 1, 0, True, False]
        expected = [("a", "x"), ("b", "1"), ("", "0"), ("d", "true"), ("e", "false")]
        assert read("inline", texts=texts, labels=labels) == expected

    def test_without_labels(self):
        assert [*reader("inline", texts=["a"]).read()] == [Example(1, "a", None)]

    def test_lengths_must_agree(self):
        assert "labels: 2 texts and 1 labels" in failure("inline", texts=["a", "b"], labels=["x"])

    def test_a_label_may_be_empty(self):
        assert read("inline", texts=["a", "b"], labels=["x", ""]) == [("a", "x"), ("b", "")]

    @given(st.lists(st.tuples(NORMAL_FORMS, NORMAL_FORMS), min_size=1))
    def test_texts_and_labels_are_composed_as_those_of_a_file(self, pairs):
        texts, labels = map(list, zip(*pairs, strict=True))
        composed = [tuple(unicodedata.normalize("NFC", string) for string in pair) for pair in pairs]
        assert read("inline", texts=texts, labels=labels) == composed
        assert read("inline", texts=texts, labels=labels, nfc=False) == pairs

    def test_a_long_run_of_combining_characters_is_cut(self):
        (example,) = reader("inline", texts=["a" + "\u0301" * 100_000]).read()
        assert "\u034f" in example.text


class TestTsv:
    def test_columns_by_name_in_any_order(self, write):
        path = write("id\tlabel\ttext\n7\tpos\tgood film\n8\tneg\t\n")
        assert read("tsv", path=path) == [("good film", "pos"), ("", "neg")]

    def test_columns_by_order(self, write):
        assert read("tsv", path=write("pos\tgood\nneg\tbad"), **LABEL_TEXT) == [
            ("good", "pos"),
            ("bad", "neg"),
        ]

    def test_columns_replace_the_header(self, write):
        path = write("Sentiment\tReview\npos\tgood\n")
        assert read("tsv", path=path, columns=["label", "text"]) == [("good", "pos")]

    def test_unlabelled(self, write):
        path = write("text\tother\ngood\tx\n")
        assert [*reader("tsv", path=path, label=None).read()] == [Example(1, "good", None)]

    def test_quotes_are_characters(self, write):
        path = write('pos\t"good\nneg\tso "so"\n')
        assert read("tsv", path=path, **LABEL_TEXT) == [('"good', "pos"), ('so "so"', "neg")]

    def test_quoting_can_be_asked_for(self, write):
        path = write('pos\t"a\tb\nc ""d"""\n')
        assert read("tsv", path=path, quoting=True, **LABEL_TEXT) == [('a\tb\nc "d"', "pos")]

    @pytest.mark.parametrize(
        "character", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\r"]
    )
    @pytest.mark.parametrize("name", ["tsv", "jsonl", "labelled-lines", "csv"])
    def test_only_a_line_feed_ends_a_line(self, write, name, character):
        text = f"one{character}two"
        content = {
            "tsv": f"pos\t{text}\nneg\tlast\n",
            "csv": f'pos,"{text}"\nneg,last\n',
            "jsonl": "".join(
                json.dumps({"label": label, "text": t}, ensure_ascii=False) + "\n"
                for label, t in [("pos", text), ("neg", "last")]
            ),
            "labelled-lines": f"__label__pos {text}\n__label__neg last\n",
        }[name]
        keys = LABEL_TEXT if name in ("tsv", "csv") else {}
        assert read(name, path=write(content), **keys) == [(text, "pos"), ("last", "neg")]

    @pytest.mark.parametrize("name", ["tsv", "csv"])
    def test_byte_order_mark_and_crlf(self, write, name):
        separator = {"tsv": "\t", "csv": ","}[name]
        path = write(f"\ufefftext{separator}label\r\ngood{separator}pos\r\n")
        assert read(name, path=path) == [("good", "pos")]

    @pytest.mark.parametrize(
        ("content", "keys", "message"),
        [
            ("text\tlabel\na\tb\na\n", {}, ":3: the row has 1 column, expected 2: text, label"),
            ("text\tlabel\na\tb\tc\n", {}, ":2: the row has 3 columns, expected 2: text, label"),
            ("text\tlabel\na\tb\n\na\tb\n", {}, ":3: the row has 1 column"),
            (
                "txt\tlabel\na\tb\n",
                {},
                ":1: unknown column 'text' - did you mean 'txt'? (allowed: label, txt)",
            ),
            (
                "text\tlabel\na\tb\n",
                {"label": "labels"},
                ":1: unknown column 'labels' - did you mean 'label'?",
            ),
            ("text\ttext\na\tb\n", {"label": None}, ":1: 2 columns are called 'text'"),
            ("text\tlabel\na\0\tb\n", {}, ":2: the line holds a NUL character"),
            ("", {}, ":1: there is no header row"),
            ("a\tb\n", {"header": False}, "`columns` must name the columns"),
            ("a\tb\n", {"columns": ["text"]}, ":1: the row has 2 columns, expected 1: text"),
        ],
    )
    def test_a_malformed_file(self, write, content, keys, message):
        path = write(content)
        text = failure("tsv", path=path, **keys)
        assert text.startswith(path)
        assert message in text

    def test_empty_lines_at_the_end_are_no_rows(self, write):
        assert read("tsv", path=write("text\tlabel\na\tb\n\n\r\n\n")) == [("a", "b")]

    def test_in_a_single_column_every_line_is_a_row(self, write):
        keys = {"header": False, "columns": ["text"], "label": None}
        assert [text for text, _ in read("tsv", path=write("\na\n\nb\n\n"), **keys)] == ["", "a", "", "b", ""]

    def test_a_file_without_rows(self, write):
        assert read("tsv", path=write(""), **LABEL_TEXT) == []

    def test_a_malformed_row_is_met_when_it_is_reached(self, write):
        examples = reader("tsv", path=write("pos\tgood\nneg\n"), **LABEL_TEXT).read()
        assert next(examples) == Example(1, "good", "pos")
        with pytest.raises(DataError, match="2: the row has 1 column"):
            next(examples)

    def test_memory_does_not_grow_with_the_file(self, write):
        path = write("pos\tan ordinary line of an ordinary review\n" * 50_000)
        size = Path(path).stat().st_size
        tracemalloc.start()
        count = sum(1 for _ in reader("tsv", path=path, **LABEL_TEXT).read())
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == 50_000
        assert peak < size / 10


class TestCsv:
    @pytest.mark.parametrize("length", [131_071, 131_072, 131_073, 500_000])
    def test_fields_of_any_length(self, write, length):
        csv.field_size_limit(131_072)
        assert read("csv", path=write(f'text,label\n"{"x" * length}",pos\n')) == [("x" * length, "pos")]
        assert csv.field_size_limit() == 131_072

    def test_another_delimiter(self, write):
        assert read("csv", path=write("text;label\na,b;c\n"), delimiter=";") == [("a,b", "c")]

    @pytest.mark.parametrize("delimiter", ['"', "\n", "\r"])
    def test_a_delimiter_that_cannot_separate(self, write, delimiter):
        assert "cannot separate fields" in failure(
            "csv", path=write("text,label\na,b\n"), delimiter=delimiter
        )

    def test_a_delimiter_is_one_character(self):
        with pytest.raises(ValueError, match="at most 1 character"):
            registry().get("reader", "csv").parameters.model_validate({"path": "x", "delimiter": "::"})

    def test_quoting_can_be_switched_off(self, write):
        assert read("csv", path=write('text,label\n"a,pos\n'), quoting=False) == [('"a', "pos")]

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ('text,label\n"a,pos\nb,neg\nc,pos\n', ":2: malformed CSV: unexpected end of data"),
            ('text,label\na,pos\n"b,neg\n"c",pos\n', ":3: malformed CSV: ',' expected after '\"'"),
            ('text,label\n"a\nb",pos\nc\n', ":4: the row has 1 column, expected 2"),
            ("text,label\na,pos\n\nb,neg\n", ":3: the row has 0 columns, expected 2"),
            ("text,label\na\rb,pos\n", ":2: malformed CSV: new-line character seen in unquoted field"),
            ("Text,labl\na,b\n", ":1: unknown column 'text' - did you mean 'Text'?"),
            ("text,label\na,b\0\n", ":2: the line holds a NUL character"),
            ("", ":1: there is no header row"),
        ],
    )
    def test_a_malformed_file(self, write, content, message):
        path = write(content)
        assert failure("csv", path=path).startswith(path + message)

    def test_empty_lines_at_the_end_are_no_rows(self, write):
        assert read("csv", path=write('text,label\n"a\n\nb",pos\n\n\n')) == [("a\n\nb", "pos")]


class TestJsonLines:
    def test_labels_of_every_kind(self, write):
        lines = [
            '{"text": "a", "label": "x"}',
            '{"label": 3, "text": "b"}',
            '{"text": "c", "label": true, "k": []}',
            '{"text": "d", "label": 1.0}',
            '{"text": "e", "label": 2.5}',
        ]
        labels = ["x", "3", "true", "1", "2.5"]
        assert read("jsonl", path=write("\n".join(lines))) == [*zip("abcde", labels, strict=True)]

    def test_a_list_of_labels_is_written_as_json(self, write):
        path = write('{"text": "a", "label": ["x", "é", 1, true]}\n{"text": "b", "label": []}\n')
        assert read("jsonl", path=path) == [("a", '["x", "é", "1", "true"]'), ("b", "[]")]

    def test_a_label_map_is_for_each_of_several(self, write):
        path = write('{"text": "a", "label": ["x", "y", "z"]}\n')
        mapped = {"x": "one", "y": None, "z": "three"}
        assert read("jsonl", path=path, label_map=mapped) == [("a", '["one", "three"]')]

    def test_other_keys_and_no_labels(self, write):
        path = write('{"review": "a"}\n\n')
        assert read("jsonl", path=path, text="review", label=None) == [("a", None)]

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ('{"text": "a"', "not JSON: Expecting ',' delimiter, column 13"),
            ("", "not JSON: Expecting value, column 1"),
            ('["a", "b"]', "the line is not a JSON object"),
            ('{"txt": "a", "label": 1}', "unknown column 'text' - did you mean 'txt'? (allowed: label, txt)"),
            ('{"text": "a"}', "unknown column 'label' (allowed: text)"),
            ('{"text": 5, "label": "x"}', "the text is of type int, not a string"),
            ('{"text": null, "label": "x"}', "the text is null, not a string"),
            ('{"text": "a", "label": null}', "the label is null\n    A text that is learnt from needs"),
            ('{"text": "a", "label": NaN}', "the label is nan\n"),
            ('{"text": "a", "label": {"x": 1}}', "the label is of type dict, not a string, a number"),
            ('{"text": "a", "label": ["x", ["y"]]}', "the label is of type list, not a string, a number"),
            ('{"text": "a", "label": ["x", null]}', "the label is null"),
            ('{"text": "a", "label": "x", "text": "b"}', "JSON that cannot be read: a key is repeated"),
            ('{"text": "a\\ud83d", "label": "x"}', "the text holds half a surrogate pair"),
            ('{"text": "a\\u0000", "label": "x"}', "the text holds a NUL character"),
            ('{"text": "a", "label": ' + "9" * 5000 + "}", "JSON that cannot be read: Exceeds the limit"),
            ('{"text": "a", "label": ' + "[" * 100_000, "JSON that cannot be read: maximum recursion depth"),
        ],
    )
    def test_a_malformed_line(self, write, line, message):
        good = '{"text": "a", "label": "x"}\n'
        path = write(good + line + "\n" + good)
        assert failure("jsonl", path=path).startswith(f"{path}:2: {message}")


class TestGroups:
    ROWS: ClassVar[list[tuple[str, str, object]]] = [
        ("one", "a", "Zoë"),
        ("two", "b", 7),
        ("three", "a", ""),
        ("four", "b", "Zoe\u0308"),
    ]

    def groups(self, name, path, **keys):
        return [(e.text, e.label, e.group) for e in reader(name, path=path, group="by", **keys).read()]

    @pytest.mark.parametrize(("name", "separator"), [("csv", ","), ("tsv", "\t")])
    def test_of_a_table(self, write, name, separator):
        path = write(
            "".join(separator.join(map(str, row)) + "\n" for row in [("text", "label", "by"), *self.ROWS])
        )
        expected = [("one", "a", "Zoë"), ("two", "b", "7"), ("three", "a", None), ("four", "b", "Zoë")]
        assert self.groups(name, path) == expected
        assert [group for *_, group in self.groups(name, path, nfc=False)][-1] == "Zoe\u0308"
        assert self.groups(name, path, label=None)[0] == ("one", None, "Zoë")
        assert [e.group for e in reader(name, path=path).read()] == [None] * 4

    def test_of_json_lines(self, write):
        rows = [*self.ROWS, ("five", "a", None), ("six", "a", 1.0), ("seven", "a", True)]
        path = write(
            "".join(json.dumps(dict(zip(("text", "label", "by"), row, strict=True))) + "\n" for row in rows)
        )
        found = [group for *_, group in self.groups("jsonl", path)]
        assert found == ["Zoë", "7", None, "Zoë", None, "1", "true"]

    @pytest.mark.parametrize(
        ("value", "message"),
        [
            ("[1]", "the group is of type list, not a string, a number or a boolean"),
            ('"a\\u0000"', "the group holds a NUL character"),
            ("1e999", "the group is of type float"),
        ],
    )
    def test_what_is_no_group(self, write, value, message):
        path = write(f'{{"text": "a", "label": "b", "by": {value}}}\n')
        assert failure("jsonl", path=path, group="by").startswith(f"{path}:1: {message}")

    @pytest.mark.parametrize("name", ["csv", "tsv"])
    def test_a_column_that_is_not_there(self, write, name):
        path = write("text,label,author\n".replace(",", {"csv": ",", "tsv": "\t"}[name]))
        assert "unknown column 'autor' - did you mean 'author'?" in failure(name, path=path, group="autor")

    def test_the_label_may_be_the_group(self, write):
        path = write("text,label\na,x\n")
        assert [*reader("csv", path=path, group="label").read()] == [Example(1, "a", "x", "x")]


class TestLabelledLines:
    def test_label_then_text(self, write):
        path = write("__label__pos a good  film \n__label__neg\tbad\n__label__neg\n__label__neg \n\n")
        expected = [("a good  film ", "pos"), ("bad", "neg"), ("", "neg"), ("", "neg")]
        assert read("labelled-lines", path=path) == expected

    def test_another_prefix(self, write):
        assert read("labelled-lines", path=write("#+pos a __label__x\n"), prefix="#+") == [
            ("a __label__x", "pos")
        ]

    def test_a_prefix_inside_a_word_is_text(self, write):
        assert read("labelled-lines", path=write("__label__pos a__label__x\n")) == [("a__label__x", "pos")]

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("just a text", "the line does not begin with a label ('__label__…')"),
            ("", "the line does not begin with a label"),
            ("a text __label__x", "the line does not begin with a label"),
            ("__label__ a text", "the label is empty"),
            ("__label__a __label__b text", "the line has several labels\n    `separator` "),
            ("__label__a some text\t__label__b", "the line has several labels\n    `separator` "),
        ],
    )
    def test_a_malformed_line(self, write, line, message):
        path = write(f"__label__x a\n{line}\n__label__x b\n")
        assert failure("labelled-lines", path=path).startswith(f"{path}:2: {message}")

    def test_several_labels_where_they_have_a_separator(self, write):
        lines = [
            "__label__a __label__b two labels",
            "none",
            "__label__b\tone",
            "",
            "__label__a",
            "__label__x__label__y z",
        ]
        path = write("\n".join([*lines, ""]))
        assert read("labelled-lines", path=path, separator="|") == [
            ("two labels", "a|b"),
            ("none", ""),
            ("one", "b"),
            ("", ""),
            ("", "a"),
            ("z", "x__label__y"),
        ]

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("__label__a text __label__b", "a label stands behind the text"),
            ("__label__a __label__ text", "the label is empty"),
            ("__label__a|b text", "the label 'a|b' holds '|', the separator"),
        ],
    )
    def test_a_malformed_line_of_several(self, write, line, message):
        path = write(f"__label__x a\n{line}\n__label__x b\n")
        assert failure("labelled-lines", path=path, separator="|").startswith(f"{path}:2: {message}")


class TestFolder:
    @pytest.fixture
    def folder(self, tmp_path):
        def folder(**files: str | bytes) -> str:
            for name, content in files.items():
                path = tmp_path / "reviews" / name.replace("__", "/")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content if isinstance(content, bytes) else content.encode())
            return str(tmp_path / "reviews")

        return folder

    def test_labels_are_folders_in_the_order_of_their_names(self, folder):
        path = folder(
            **{"pos/1_7.txt": "good\n", "pos/0_9.txt": "\ufeffgreat\r\n", "neg/b": "bad\nfilm", "neg/a": ""},
            **{"README": "beside", "neg/.DS_Store": "x", "pos/Thumbs.db": "x", ".git/config": "x"},
        )
        expected = [("", "neg"), ("bad\nfilm", "neg"), ("great", "pos"), ("good", "pos")]
        assert read("folder", path=path) == expected
        mapped = {"neg": None, "pos": "1"}
        examples = [*reader("folder", path=path, label_map=mapped).read()]
        assert [(e.id, e.text, e.label) for e in examples] == [(3, "great", "1"), (4, "good", "1")]

    def test_encoding_compression_and_normal_form(self, folder):
        path = folder(**{"o\u0308l/1": "e\u0301", "o\u0308l/2.gz": gzip.compress("é".encode())})
        assert read("folder", path=path) == [("é", "öl")] * 2

    def test_another_encoding(self, folder):
        path = folder(**{"pos/1": "déjà vu".encode("cp1252")})
        assert read("folder", path=path, encoding="cp1252") == [("déjà vu", "pos")]
        assert failure("folder", path=path).startswith(f"{Path(path, 'pos', '1')}:1: byte 0xe9 at offset 1")

    @pytest.mark.parametrize(
        ("files", "message"),
        [
            ({"a.txt": "beside"}, "reviews: has no folder with texts"),
            (
                {"pos/1.txt": "a", "pos/more/2.txt": "b"},
                "is a folder in the folder of a label\n    Texts are files",
            ),
            ({"pos/1.pdf": b"%PDF-1.7"}, "1.pdf: is a PDF document, not a text file"),
            ({"pos/1.txt": b"a\0b"}, "1.txt: the text holds a NUL character"),
        ],
    )
    def test_what_is_no_such_folder(self, folder, files, message):
        assert message in failure("folder", path=folder(**files))

    def test_the_order_does_not_depend_on_the_system(self, folder):
        path = folder(**dict.fromkeys(["b/2", "B2/1", "a/10", "a/9", "ä/1"], "x"))
        assert [label for _, label in read("folder", path=path)] == ["B2", "a", "a", "b", "ä"]

    def test_its_path_is_a_folder_to_be_fingerprinted(self):
        assert registry().get("reader", "folder").input_folders == {"path"}


class TestLabelsAndNormalForm:
    def test_texts_and_labels_are_composed(self, write):
        decomposed = unicodedata.normalize("NFD", "schön\tcafé\n")
        path = write(decomposed)
        assert read("tsv", path=path, **LABEL_TEXT) == [("café", "schön")]
        assert read("tsv", path=path, nfc=False, **LABEL_TEXT) == [
            tuple(reversed(decomposed.strip().split("\t")))
        ]

    def test_a_label_map(self, write):
        path = write("0\tbad\n4\tgood\n1\tpoor\n")
        mapped = {"0": "neg", "1": "neg", "4": "pos"}
        expected = [("bad", "neg"), ("good", "pos"), ("poor", "neg")]
        assert read("tsv", path=path, label_map=mapped, **LABEL_TEXT) == expected

    def test_rows_of_a_label_that_maps_to_nothing_are_left_out(self, write):
        path = write("0\ta\n2\tb\n4\tc\n")
        mapped = {"0": "neg", "2": None, "4": "pos"}
        examples = [*reader("tsv", path=path, label_map=mapped, **LABEL_TEXT).read()]
        assert [(e.id, e.text, e.label) for e in examples] == [(1, "a", "neg"), (3, "c", "pos")]

    def test_without_labels_a_label_map_leaves_nothing_out(self, write):
        mapped = {"0": None}
        columns = {"header": False, "columns": ["text"], "label": None}
        assert read("tsv", path=write("a\nb\n"), label_map=mapped, **columns) == [("a", None), ("b", None)]

    def test_white_space_around_labels_can_be_dropped(self, write):
        path = write("pos \ta \n pos\tb\n\xa0\tc\n")
        stripped = {"pos": "1", "": None}
        assert [label for _, label in read("tsv", path=path, **LABEL_TEXT)] == ["pos ", " pos", "\xa0"]
        assert read("tsv", path=path, strip=True, **LABEL_TEXT) == [("a ", "pos"), ("b", "pos"), ("c", "")]
        mapped = read("tsv", path=path, strip=True, label_map=stripped, **LABEL_TEXT)
        assert mapped == [("a ", "1"), ("b", "1")]

    def test_a_label_map_in_another_normal_form(self, write):
        mapped = {unicodedata.normalize("NFD", "schön"): "pos"}
        assert read("tsv", path=write("schön\ta\n"), label_map=mapped, **LABEL_TEXT) == [("a", "pos")]

    def test_a_label_that_the_map_lacks(self, write):
        path = write("neg\tbad\npositiv\tgood\n")
        message = failure("tsv", path=path, label_map={"neg": "0", "positive": "1"}, **LABEL_TEXT)
        expected = f"{path}:2: unknown label 'positiv' - did you mean 'positive'? (allowed: neg, positive)"
        assert message.startswith(expected)

    def test_a_label_map_needs_strings(self):
        with pytest.raises(ValueError, match="label_map"):
            registry().get("reader", "tsv").parameters.model_validate({"path": "x", "label_map": {"0": 1}})


class TestEncoding:
    @pytest.mark.parametrize(
        ("content", "encoding"),
        [
            (FRENCH, "cp1252"),
            (KOREAN, "cp949"),
            (KOREAN, "utf-16"),
            (FRENCH, "utf-16-be"),
            (FRENCH, "utf-8-sig"),
        ],
    )
    def test_it_is_read_as_it_was_written(self, write, content, encoding):
        path = write(content, encoding=encoding)
        expected = [tuple(reversed(line.split("\t"))) for line in content.splitlines()]
        assert read("tsv", path=path, encoding=encoding, **LABEL_TEXT) == expected

    @pytest.mark.parametrize(
        ("content", "encoding", "word"),
        [
            (FRENCH, "cp1252", "comédie très"),
            ("neg\tit’s bad\n", "cp1252", "it’s"),
            ("neg\tŁódź jest żółta\npos\tświetny film\n", "cp1250", "żółta"),
            ("pos\tとても面白い映画でした\n", "cp932", "とても面白い"),
            ("pos\tπολύ καλή ταινία\n", "cp1253", "πολύ καλή"),
            ("neg\tçok kötü bir film, ışık yok\n", "cp1254", "ışık"),
            (KOREAN, "cp949", "재미있고"),
            (RUSSIAN, "cp1251", "Этот фильм"),
            (RUSSIAN, "koi8-r", "Этот фильм"),
            ("好\t这部电影非常精彩,演员很棒。\n", "gb18030", "这部电影"),
        ],
    )
    def test_the_line_is_shown_in_the_right_encoding_among_others(self, write, content, encoding, word):
        message = failure("tsv", path=write(content, encoding=encoding), **LABEL_TEXT)
        rows = [line for line in message.splitlines() if word in line]
        assert any(encoding in row for row in rows) or f"write `encoding: {encoding}`" in message
        assert not rows or "write `encoding: " not in message

    @pytest.mark.parametrize("encoding", [f"utf-{n}{end}" for n in (16, 32) for end in ("", "-le", "-be")])
    @pytest.mark.parametrize("said", ["utf-8", "cp1252"])
    @pytest.mark.parametrize("content", [FRENCH, "neg\tplain\n" * 9])
    def test_utf_16_and_32_are_named_with_a_mark_and_without(self, write, encoding, said, content):
        path = write(content, encoding=encoding)
        message = failure("tsv", path=path, encoding=said, **LABEL_TEXT)
        assert message.startswith(path)
        assert message.endswith(f"write `encoding: {encoding}`")

    def test_a_file_that_mixes_encodings_is_said_to(self, write):
        lines = [f"pos\tcafé {i}".encode("utf-8" if i % 2 else "cp1252") for i in range(24)]
        message = failure("tsv", path=write(b"\n".join([b"neg\tplain", *lines])), **LABEL_TEXT)
        assert "12 lines beyond ASCII are UTF-8, 12 lines are not (2, 4, 6, 8, 10, …)" in message
        assert "write `encoding" not in message

    def test_every_suggestion_reads_the_whole_file(self, write):
        path = write("neg\tplain\n" * 50_000 + KOREAN + "neg\tplain\n" * 50_000, encoding="cp949")
        hint = failure("tsv", path=path, **LABEL_TEXT).partition("Looks like ")[2].partition(";")[0]
        suggestions = hint.split(":")[0].split(", ")
        assert "cp949" in suggestions
        for encoding in suggestions:
            assert len(read("tsv", path=path, encoding=encoding, **LABEL_TEXT)) == 100_002

    @settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
    @given(
        before=st.integers(0, 12_000),
        encoding=st.sampled_from(["utf-8", "cp949", "euc-jp", "gb18030", "utf-16-le"]),
    )
    def test_line_and_byte_of_the_first_bad_one(self, write, before, encoding):
        good = ("x\t" + "中" * (before % 7) + "\n").encode(encoding) * before
        bad = b"\x00\xdc" if encoding == "utf-16-le" else b"\xff"
        path = write(good + "y\t".encode(encoding) + bad + "z\n".encode(encoding))
        offset = len(good) + len("y\t".encode(encoding))
        expected = (
            f"{path}:{before + 1}: byte 0x{bad[0]:02x} at offset {offset} of the file is not {encoding}"
        )
        assert failure("tsv", path=path, encoding=encoding, **LABEL_TEXT).startswith(expected)

    def test_a_character_cut_off_at_the_end(self, write):
        path = write("x\tgood\ny\tcafé".encode()[:-1])
        assert f"{path}:2: byte 0xc3 at offset 12 of the file is not utf-8" in failure(
            "tsv", path=path, **LABEL_TEXT
        )

    def test_one_damaged_line_in_a_file_of_another_encoding(self, write):
        path = write(KOREAN.encode("cp949") * 5000 + b"x\t\xff\n")
        message = failure("tsv", path=path, encoding="cp949", **LABEL_TEXT)
        assert f"{path}:10001: byte 0xff" in message
        assert "this line may be damaged" in message
        path = write("x\tcafé\n".encode() * 50 + b"x\t\xff\n")
        message = failure("tsv", path=path, **LABEL_TEXT)
        assert "50 lines beyond ASCII are UTF-8, 1 line is not (51)" in message

    def test_utf_16_without_a_mark(self, write):
        path = write("a\tb\n", encoding="utf-16-le")
        assert "write `encoding: utf-16-le`" in failure("tsv", path=path, **LABEL_TEXT)
        assert f"{path}:1: byte 0x61 at offset 0" in failure(
            "tsv", path=path, encoding="utf-16", **LABEL_TEXT
        )

    @pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "labelled-lines"])
    @pytest.mark.parametrize(("encoding", "nearest"), [("windows1252", "windows-1252"), ("uft-8", "utf-8")])
    def test_an_unknown_encoding(self, write, name, encoding, nearest):
        path = write("text\n")
        message = failure(name, path=path, encoding=encoding)
        assert message.startswith(f"{path}: unknown encoding '{encoding}' - did you mean '{nearest}'?")
        assert "cp949" in message

    def test_a_codec_that_is_no_encoding(self, write):
        assert "unknown encoding 'hex'" in failure("tsv", path=write("text\n"), encoding="hex")


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd.compress])
@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "labelled-lines"])
class TestCompressed:
    CONTENT: ClassVar = {
        "csv": "text,label\ncafé,b\n",
        "tsv": "text\tlabel\ncafé\tb\n",
        "jsonl": '{"text": "café", "label": "b"}\n',
        "labelled-lines": "__label__b café\n",
    }

    def test_it_is_read_through_whatever_its_name(self, write, name, pack):
        content = self.CONTENT[name]
        assert read(name, path=write(pack(content.encode()))) == [("café", "b")]
        assert read(name, path=write(pack(content.encode("cp1252"))), encoding="cp1252") == [("café", "b")]
        message = failure(name, path=write(pack(content.encode("cp1252"))))
        assert "is not utf-8" in message
        assert "café" in message

    def test_one_cut_short_is_an_error_and_so_is_another_inside(self, write, name, pack):
        whole = pack(self.CONTENT[name].encode() * 50)
        path = write(whole[:-8])
        assert failure(name, path=path).startswith(f"{path}: the ")
        assert "content is cut or damaged" in failure(name, path=path)
        path = write(pack(gzip.compress(b"text")))
        assert failure(name, path=path).startswith(f"{path}: is a gzip file in a compressed file")


def zipped(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for inside, text in files.items():
            archive.writestr(inside.replace("__", "/"), text)
    return content.getvalue()


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "labelled-lines", "parquet"])
@pytest.mark.parametrize(
    ("content", "called"),
    [
        (zipped(**{"[Content_Types].xml": "x", "xl__workbook.xml": "x"}), "an Excel workbook (.xlsx)"),
        (zipped(**{"texts.csv": "text,label"}), "a zip archive"),
        (zipped(mimetype="application/vnd.oasis.opendocument.spreadsheet"), "an OpenDocument file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "an Excel or Word file of before 2007"),
        (pickle.dumps({"text": ["a"], "label": ["b"]}), "a Python pickle"),
        (pickle.dumps([1], protocol=2), "a Python pickle"),
        (b"SQLite format 3\0" + bytes(100), "an SQLite database"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"\x93NUMPY\x01\0", "a NumPy array"),
        (b"ARROW1\0\0", "an Arrow (Feather) file"),
    ],
)
def test_what_is_no_text_is_named(write, name, content, called):
    path = write(content)
    message = failure(name, path=path)
    assert message.startswith(f"{path}: ")
    assert f"is {called}" in message
    assert "\n    " in message


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "labelled-lines"])
def test_a_parquet_file_a_web_page_and_a_pointer_are_named(write, name):
    assert "is a Parquet file, not a text file\n    Read it with `use: parquet`." in failure(
        name, path=write(b"PAR1" + bytes(50))
    )
    assert "is a web page" in failure(name, path=write("<!DOCTYPE html>\n<html>\n</html>\n"))
    assert "is a Git LFS pointer" in failure(
        name, path=write("version https://git-lfs.github.com/spec/v1\noid\n")
    )


def test_a_text_may_begin_as_another_format_does(write):
    path = write("BZh9 and more\tpos\n<html> is text\tneg\n")
    rows = [("BZh9 and more", "pos"), ("<html> is text", "neg")]
    assert read("tsv", path=path, header=False, columns=["text", "label"]) == rows


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "labelled-lines", "parquet"])
def test_pipes_and_devices_are_no_data(tmp_path, name):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path in (str(pipe), os.devnull):
        assert failure(name, path=path).startswith(f"{path}: is not a regular file\n")


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "labelled-lines"])
def test_a_line_without_an_end_is_refused(write, name, monkeypatch):
    monkeypatch.setattr(lines, "LONGEST_LINE", 1001)
    assert ":1: the line is longer than 1,000 characters" in failure(name, path=write("x" * 5000))
    assert "longer" not in failure(name, path=write("x" * 999 + "\ny\n"))


class TestDialects:
    @pytest.mark.parametrize(
        ("name", "content", "key"),
        [
            ("csv", "text;label\na;b\n", 'Write `delimiter: ";"`.'),
            ("csv", '"id";"text";"label"\n1;a;b\n', 'Write `delimiter: ";"`.'),
            ("csv", "text\tlabel\na\tb\n", 'Write `use: tsv`, or `delimiter: "\\t"`.'),
            ("csv", "text|label\na|b\n", 'Write `delimiter: "|"`.'),
            ("tsv", "text,label\na,b\n", 'Write `use: csv, delimiter: ","`.'),
            ("tsv", "text;label\na;b\n", 'Write `use: csv, delimiter: ";"`.'),
            ("csv", "sep=;\ntext;label\na;b\n", 'Write `delimiter: ";"`.'),
            ("csv", '"sep=;"\r\ntext;label\r\na;b\r\n', 'Write `delimiter: ";"`.'),
            ("csv", "sep=\t\ntext\tlabel\na\tb\n", 'Write `use: tsv`, or `delimiter: "\\t"`.'),
            ("csv", "a fine film,pos\na bad one,neg\n", "Is it `header: false, columns: [text, label]`?"),
            ("tsv", "pos\ta fine film\nneg\ta bad one\n", "Is it `header: false, columns: [label, text]`?"),
            ("tsv", "17\ta fine film it is\tx\n", "Is it `header: false, columns: [column1, text, label]`?"),
            ("csv", "text,label\ra,b\rc,d\r", "end the lines in a line feed"),
            ("tsv", "text\tlabel\ra\tb\rc\td", "end the lines in a line feed"),
            (
                "jsonl",
                '{"text": "a", "label": "b"}\r{"text": "a", "label": "b"}\r',
                "end the lines in a line",
            ),
        ],
    )
    def test_the_error_says_what_to_write(self, write, name, content, key):
        path = write(content)
        message = failure(name, path=path)
        assert message.startswith(f"{path}:1: ")
        assert key in message

    @pytest.mark.parametrize("first", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n'])
    @pytest.mark.parametrize("quoting", [True, False])
    def test_excels_own_line_is_skipped_and_lines_keep_their_numbers(self, write, first, quoting):
        keys = {"delimiter": ";", "quoting": quoting}
        assert read("csv", path=write(first + "text;label\na;b\n"), **keys) == [("a", "b")]
        assert ":4: the row has 1 column" in failure(
            "csv", path=write(first + "text;label\na;b\nc\n"), **keys
        )

    @pytest.mark.parametrize(
        "header", ["text , label", "\ufefftext,label", "\ufeff\ufefftext,label", " text\t,\xa0label "]
    )
    def test_white_space_and_marks_around_names_are_dropped(self, write, header):
        assert read("csv", path=write(header + "\na,b\n")) == [("a", "b")]

    def test_a_name_can_be_given_with_its_white_space(self, write):
        path = write("text , label\na,b\n")
        assert read("csv", path=path, text="text ", label=" label") == [("a", "b")]


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "labelled-lines"])
def test_a_file_that_is_not_there(tmp_path, name):
    path = str(tmp_path / "none.txt")
    assert failure(name, path=path) == f"{path}: cannot be read: No such file or directory"


@pytest.mark.parametrize("name", ["csv", "tsv", "jsonl", "labelled-lines"])
def test_a_reader_can_be_read_again(write, name):
    content = {
        "csv": "text,label\na,b\n",
        "tsv": "text\tlabel\na\tb\n",
        "jsonl": '{"text": "a", "label": "b"}\n',
    }
    one = reader(name, path=write(content.get(name, "__label__b a\n")))
    assert [*one.read()] == [*islice(one.read(), 1)] == [Example(1, "a", "b")]


ANY = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
LABEL = ANY.filter(bool)
LINE = ANY.filter(lambda text: not set(text) & set("\n\t") and not text.endswith("\r"))
WORD = LINE.filter(lambda text: text and " " not in text)


def plain(name: str, path: str, **keys: Any) -> list[tuple[str, str | None]]:
    return read(name, path=path, nfc=False, **keys)


ROUND_TRIP = settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)


class TestRoundTrips:
    @ROUND_TRIP
    @given(
        rows=st.lists(st.tuples(ANY, LABEL)),
        style=st.sampled_from([("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]),
    )
    def test_csv(self, write, rows, style):
        content = io.StringIO(newline="")
        writer = csv.writer(content, lineterminator=style[0], quoting=style[1])
        writer.writerows([("text", "label"), *rows])
        assert plain("csv", write(content.getvalue())) == rows

    @ROUND_TRIP
    @given(rows=st.lists(st.tuples(LINE, LINE.filter(bool))), end=st.sampled_from(["\n", "\r\n"]))
    def test_tsv(self, write, rows, end):
        content = "".join(f"{text}\t{label}{end}" for text, label in [("text", "label"), *rows])
        assert plain("tsv", write(content)) == rows

    @ROUND_TRIP
    @given(rows=st.lists(st.tuples(ANY, LABEL)), ascii_only=st.booleans())
    def test_jsonl(self, write, rows, ascii_only):
        records = [
            json.dumps({"text": text, "label": label}, ensure_ascii=ascii_only) for text, label in rows
        ]
        assert plain("jsonl", write("\n".join(records))) == rows

    @ROUND_TRIP
    @given(rows=st.lists(st.tuples(LINE.filter(lambda text: "__label__" not in text), WORD)))
    def test_labelled_lines(self, write, rows):
        content = "".join(f"__label__{label} {text}\n" for text, label in rows)
        assert plain("labelled-lines", write(content)) == rows
