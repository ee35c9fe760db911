"""The readers on files as people have them: MR, SST, and the sentences inside gensim's package."""

from __future__ import annotations

import os
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from embedkit.errors import DataError
from embedkit.interfaces import Example
from embedkit.plugin.registry import build_registry

DATA = os.environ.get("EMBEDKIT_DATA")
needs_data = pytest.mark.skipif(not DATA, reason="EMBEDKIT_DATA is not set")


def read(name: str, **keys: Any) -> list[Example]:
    component = build_registry().get("reader", name)
    return [*component.factory(**component.parameters.model_validate(keys).model_dump()).read()]


def of_data(name: str) -> list[Example]:
    return read("tsv", path=str(Path(DATA, name)), header=False, columns=["label", "text"])


@needs_data
@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("mr.tsv", {"neg": 5331, "pos": 5331}),
        ("sst2.train.tsv", {"neg": 3310, "pos": 3610}),
        ("sst2.dev.tsv", {"neg": 428, "pos": 444}),
        ("sst2.test.tsv", {"neg": 912, "pos": 909}),
        ("sst1.test.tsv", {"0": 279, "1": 633, "2": 389, "3": 510, "4": 399}),
        ("sst1.train-phrases.tsv", {"0": 7233, "1": 27711, "2": 81658, "3": 33361, "4": 9311}),
    ],
)
def test_labels_of_the_text_sets(name, labels):
    assert Counter(example.label for example in of_data(name)) == labels


@needs_data
def test_mr_is_read_to_the_letter():
    lines = Path(DATA, "mr.tsv").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    examples = of_data("mr.tsv")
    assert [f"{example.label}\t{example.text}" for example in examples] == lines
    assert [example.id for example in examples] == [*range(1, 10663)]
    assert examples[0].text == "simplistic , silly and tedious ."


@needs_data
@pytest.mark.parametrize(
    ("encoding", "wrong"), [("cp1252", "utf-8"), ("utf-16", "utf-8"), ("utf-8", "ascii")]
)
def test_mr_in_another_encoding_is_recognized(tmp_path, encoding, wrong):
    text = Path(DATA, "mr.tsv").read_text(encoding="utf-8")
    path = tmp_path / "mr.tsv"
    path.write_bytes(text.encode(encoding))
    keys = {"path": str(path), "header": False, "columns": ["label", "text"]}
    with pytest.raises(DataError, match=f"(Looks like .*|write `encoding: ){encoding}"):
        read("tsv", encoding=wrong, **keys)
    assert read("tsv", encoding=encoding, **keys) == of_data("mr.tsv")


@pytest.fixture
def polarity() -> Path:
    (folder,) = find_spec("gensim").submodule_search_locations
    return Path(folder, "test", "test_data", "pang_lee_polarity.cor")


def test_the_sentences_inside_gensim(polarity):
    examples = read("labelled-lines", path=str(polarity), encoding="cp1252")
    assert Counter(example.label for example in examples) == {"neg": 100, "pos": 100}
    assert examples[0] == Example(1, "simplistic , silly and tedious . ", "neg")
    assert "—" in examples[26].text


def test_the_sentences_inside_gensim_are_not_utf_8(polarity):
    content = polarity.read_bytes()
    offset = next(index for index, byte in enumerate(content) if byte > 127)
    line = content[:offset].count(b"\n") + 1
    with pytest.raises(DataError) as raised:
        read("labelled-lines", path=str(polarity))
    message = str(raised.value)
    assert message.startswith(
        f"{polarity}:{line}: byte 0x{content[offset]:02x} at offset {offset} of the file"
    )
    proposed = message.partition("Looks like ")[2]
    assert "cp1252" in proposed
    assert "write `encoding:" in proposed.lower()
