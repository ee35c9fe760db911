from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.errors import RecipeError
from embedkit.recipe.document import MAX_DEPTH
from embedkit.recipe.dump import dump
from embedkit.recipe.tree import MAX_NODES
from embedkit.recipe.yaml import MAX_BYTES, parse, read_document

pytestmark = pytest.mark.core


def where(line: int) -> str:
    return f"r.yaml:{line}"


def value_of(text: str) -> object:
    return parse(text, where)[0]


def fault_of(text: str) -> str:
    with pytest.raises(RecipeError) as caught:
        parse(text, where)
    return str(caught.value)


SCALARS = [
    ("1e-3", 0.001),
    ("5E3", 5000.0),
    ("1.", 1.0),
    ("-.5", -0.5),
    ("+1.5e+2", 150.0),
    (".inf", math.inf),
    ("-.INF", -math.inf),
    ("7", 7),
    ("-7", -7),
    ("+7", 7),
    ("007", 7),
    ("0o17", 15),
    ("0x1F", 31),
    ("true", True),
    ("False", False),
    ("null", None),
    ("~", None),
    ("", None),
    # What YAML 1.1 took for booleans, numbers in base 60, dates and merges are texts.
    ("yes", "yes"),
    ("no", "no"),
    ("on", "on"),
    ("Off", "Off"),
    ("y", "y"),
    ("1:30", "1:30"),
    ("1_000", "1_000"),
    ("0b1", "0b1"),
    ("2001-01-01", "2001-01-01"),
    ("<<", "<<"),
    ("=", "="),
    ("tRue", "tRue"),
    ("1e", "1e"),
    ("e3", "e3"),
    (".", "."),
    ("-", [None]),
    ("١٢", "١٢"),
    ('"1e-3"', "1e-3"),
    ("'true'", "true"),
    ("|\n  1", "1"),
    ("~/vectors.bin", "~/vectors.bin"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_scalars_are_those_of_the_core_schema(text, value):
    found = parse(f"--- {text}" if text != "-" else text, where)[0]
    assert (found, type(found)) == (value, type(value))


def test_not_a_number():
    assert math.isnan(value_of("a: .nan")["a"])


def test_keys_are_texts():
    assert value_of("{0: neg, 1.0: a, true: b, ~: c, '': d}") == {
        "0": "neg",
        "1.0": "a",
        "true": "b",
        "~": "c",
        "": "d",
    }


def test_lines_of_every_part():
    text = "a: 1\n\nb:\n  - x\n  - {c: 2,\n     d: 3}\ne:\n  f: |\n    long\n    text\n  g: 4\n"
    assert parse(text, where)[1] == {
        (): 1,
        ("a",): 1,
        ("b",): 3,
        ("b", 0): 4,
        ("b", 1): 5,
        ("b", 1, "c"): 5,
        ("b", 1, "d"): 6,
        ("e",): 7,
        ("e", "f"): 8,
        ("e", "g"): 11,
    }


def test_aliases_stand_for_copies():
    data = value_of("a: &x [1, {b: 2}]\nc: *x\n&k d: *k\n")
    assert data == {"a": [1, {"b": 2}], "c": [1, {"b": 2}], "d": "d"}
    data["a"][1]["b"] = 3
    assert data["c"] == [1, {"b": 2}]


FAULTS = [
    ("a: 1\nb: 2\na: 3\n", "r.yaml:3: duplicate key 'a', first on line 1"),
    ("0: 1\n'0': 2\n", "r.yaml:2: duplicate key '0', first on line 1"),
    ("x:\n  a: 1\n  a: {b: 1}\n", "r.yaml:3: duplicate key 'a', first on line 2"),
    ("a: !!str 1", "r.yaml:1: the tag 'tag:yaml.org,2002:str' is not allowed: a recipe is plain data"),
    (
        "a: !!python/object/apply:os.system [x]",
        "r.yaml:1: the tag 'tag:yaml.org,2002:python/object/apply:os.system' is not allowed: "
        "a recipe is plain data",
    ),
    ("!x a: 1", "r.yaml:1: the tag '!x' is not allowed: a recipe is plain data"),
    ("\n- !m {a: 1}", "r.yaml:2: the tag '!m' is not allowed: a recipe is plain data"),
    ("[a]: 1", "r.yaml:1: a key must be a text, not a mapping or a list"),
    ("? {a: 1}\n: 1", "r.yaml:1: a key must be a text, not a mapping or a list"),
    ("a: &x 1\n*x : 2", "r.yaml:2: a key must be a text, not the alias '*x'"),
    ("a: *x", "r.yaml:1: '*x' names no anchor"),
    ("a: &x [1, *x]", "r.yaml:1: '*x' stands inside itself"),
    ("a: 1\n---\nb: 2", "r.yaml:2: a second document starts here, and a recipe is one document"),
    ("", "r.yaml:1: there is nothing in it"),
    ("# only a comment\n", "r.yaml:1: there is nothing in it"),
    ("a: " + "1" * 5000, "r.yaml:1: a number of 5000 characters is too long"),
    ("a: 1\nb: '\x01'", "r.yaml:2: not valid YAML: character #x0001 is not allowed"),
    ("a: 1\nb: é\nc: \x7f", "r.yaml:3: not valid YAML: character #x007f is not allowed"),
    ("a: b: c", "r.yaml:1: not valid YAML: mapping values are not allowed in this context"),
    (
        "a: 1\nb: [1, 2\nc: 3\n",
        "r.yaml:3: not valid YAML: while parsing a flow sequence, did not find expected ',' or ']'",
    ),
    (
        "a: 1\na: 2\nb: @",
        "r.yaml:2: duplicate key 'a', first on line 1\n"
        "r.yaml:3: not valid YAML: while scanning for the next token, "
        "found character that cannot start any token",
    ),
    (
        "a: 1\nb: x\u2028y",
        'r.yaml:2: U+2028 would be read as the end of a line\n    Write it in double quotes as "\\u2028".',
    ),
    (
        "a: x\x85y",
        'r.yaml:1: U+0085 would be read as the end of a line\n    Write it in double quotes as "\\u0085".',
    ),
]


@pytest.mark.parametrize(("text", "message"), FAULTS, ids=[message[8:60] for _, message in FAULTS])
def test_faults_name_their_line(text, message):
    assert fault_of(text) == message


def test_every_duplicate_and_tag_is_reported():
    assert fault_of("a: 1\na: 2\nb: !x 1\na: 3\n").split("\n") == [
        "r.yaml:2: duplicate key 'a', first on line 1",
        "r.yaml:3: the tag '!x' is not allowed: a recipe is plain data",
        "r.yaml:4: duplicate key 'a', first on line 1",
    ]


def test_both_sides_of_the_depth_limit():
    assert value_of("[" * MAX_DEPTH + "]" * MAX_DEPTH) is not None
    message = f"r.yaml:1: more than {MAX_DEPTH} mappings and lists inside one another"
    assert fault_of("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) == message
    for each in ("[" * 900_000, "- " * 3_000, "[{a: " * 3_000):
        assert fault_of(each) == message


def test_aliases_count_towards_the_depth():
    half = MAX_DEPTH // 2
    nest = "[" * half + "]" * half
    assert value_of(f"- &x {nest}\n- {'[' * (half - 1)}*x{']' * (half - 1)}\n")
    message = f"r.yaml:2: more than {MAX_DEPTH} mappings and lists inside one another"
    assert fault_of(f"- &x {nest}\n- {'[' * half}*x{']' * half}\n") == message


def test_both_sides_of_the_limit_of_values():
    assert len(value_of(f"[{'a,' * (MAX_NODES - 1)}]")) == MAX_NODES - 1
    assert fault_of(f"[{'a,' * MAX_NODES}]") == f"r.yaml:1: more than {MAX_NODES} values, aliases written out"


def test_an_anchor_bomb_does_not_go_off():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 40)]
    assert fault_of("\n".join(lines)) == f"r.yaml:5: more than {MAX_NODES} values, aliases written out"


def file_fault(tmp_path, content: bytes) -> str:
    path = tmp_path / "r.yaml"
    path.write_bytes(content)
    with pytest.raises(RecipeError) as caught:
        read_document(path)
    return str(caught.value).replace(str(tmp_path / "r.yaml"), "r.yaml")


def test_a_byte_order_mark_is_accepted(tmp_path):
    path = tmp_path / "r.yaml"
    path.write_bytes(b"\xef\xbb\xbfname: x\r\nseed: 1\r\n")
    document = read_document(path)
    assert document.data == {"name": "x", "seed": 1}
    assert document.origin(("seed",)).where == f"{path}:2"


def test_files_that_are_no_recipe(tmp_path):
    assert file_fault(tmp_path, b"name: x\nseed: caf\xe9\n") == "r.yaml:2: not UTF-8: byte 0xE9"
    assert file_fault(tmp_path, b"- a\n") == "r.yaml:1: a recipe is a mapping of keys to values"
    assert file_fault(tmp_path, b"---\n") == "r.yaml:1: a recipe is a mapping of keys to values"
    assert file_fault(tmp_path, b"") == "r.yaml:1: there is nothing in it"


def test_both_sides_of_the_size_limit(tmp_path):
    path = tmp_path / "r.yaml"
    start = b"name: x\n#"
    path.write_bytes(start + b"a" * (MAX_BYTES - len(start)))
    assert read_document(path).data == {"name": "x"}
    content = start + b"a" * (MAX_BYTES + 1 - len(start))
    assert file_fault(tmp_path, content) == f"r.yaml: larger than {MAX_BYTES} bytes, too large for a recipe"


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(PLAIN)
def test_plain_data_round_trip(data):
    assert value_of(dump(data)) == data


@pytest.mark.parametrize(
    "text", [text for text, _ in SCALARS] + ["a\x85b", "a\u2028b", "\ufeff", "\U0001f600", " x", "#"]
)
def test_texts_that_look_like_something_else_round_trip(text):
    assert value_of(dump({text: [text]})) == {text: [text]}
