"""Parquet files: the columns of texts and labels are found, and the names of classes in the file used."""

from __future__ import annotations

import json

import pyarrow
import pytest
from pyarrow import parquet

from embedkit.data.finding import Wishes, find_reader
from embedkit.errors import DataError
from embedkit.plugin.registry import build_registry

TEXTS = [f"a film that is number {number} of its kind" for number in range(40)]
NUMBERS = [number * number % 7 % 2 for number in range(40)]


@pytest.fixture
def find(tmp_path):
    def find(columns, features=None, name="data.parquet", **options):
        metadata = (
            {b"huggingface": json.dumps({"info": {"features": features}}).encode()} if features else None
        )
        path = tmp_path / name
        parquet.write_table(pyarrow.table(columns).replace_schema_metadata(metadata), path, **options)
        return find_reader(path, Wishes())

    return find


def read(found):
    keys = {key: value for key, value in found.spec.items() if key != "use"}
    component = build_registry().get("reader", found.spec["use"])
    reader = component.factory(**component.parameters.model_validate(keys).model_dump())
    return [(example.text, example.label) for example in reader.read()]


COLUMNS = {"idx": range(40), "sentence": TEXTS, "label": NUMBERS, "tokens": [["a"]] * 40}


def test_columns_by_name(find):
    found = find(COLUMNS)
    assert read(found) == [*zip(TEXTS, map(str, NUMBERS), strict=True)]
    assert found.said == 'data.parquet: parquet; text in "sentence", label in "label" (2 classes)'


def test_the_content_counts_and_not_the_name(find):
    assert find(COLUMNS, name="data.csv").spec["use"] == "parquet"


def test_classes_have_the_names_that_are_in_the_file(find):
    features = {"label": {"names": ["neg", "pos"], "_type": "ClassLabel"}, "sentence": {"dtype": "string"}}
    assert read(find(COLUMNS, features)) == [*zip(TEXTS, [["neg", "pos"][n] for n in NUMBERS], strict=True)]


@pytest.mark.parametrize(
    "features", [{"label": {"names": ["neg"]}}, {"label": {"names": 3}}, {"label": []}, []]
)
def test_names_that_do_not_fit_are_left_out(find, features):
    assert "label_map" not in find(COLUMNS, features).spec


def test_categories_booleans_and_nulls(find):
    labels = pyarrow.array([["x", "y"][n] for n in NUMBERS]).dictionary_encode()
    assert find({"text": TEXTS, "category": labels}).spec["label"] == "category"
    assert find({"text": TEXTS, "is_spam": [n == 1 for n in NUMBERS]}).spec["label"] == "is_spam"
    assert find({"text": TEXTS, "rating": pyarrow.nulls(40), "y": NUMBERS}).spec["label"] == "y"


def test_few_rows_of_each_row_group_are_looked_at(find):
    columns = {"text": TEXTS * 100, "stars": [1] * 2_000 + [5] * 2_000}
    found = find(columns, row_group_size=1_000)
    assert "(at least 2 classes)" in found.said


def test_what_is_refused(find, tmp_path):
    with pytest.raises(DataError, match="has no rows"):
        find({"text": pyarrow.array([], "string"), "label": pyarrow.array([], "string")})
    with pytest.raises(DataError, match=r"no column looks like texts\n.*--text"):
        find({"a": range(40), "label": NUMBERS})
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(DataError, match="not a readable Parquet file"):
        find_reader(tmp_path / "cut.parquet")
    (tmp_path / "no.txt").write_text("text,label\n")
    with pytest.raises(DataError, match="not a readable Parquet file"):
        find_reader(tmp_path / "no.txt", Wishes(format="parquet"))
