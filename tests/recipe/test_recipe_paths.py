from __future__ import annotations

import sys
from pathlib import Path

import pytest

from embedkit.errors import DataError
from embedkit.recipe.paths import absolute, expand, locate

pytestmark = pytest.mark.core


def fault_of(text: str) -> str:
    with pytest.raises(DataError) as caught:
        expand(text, "data.train.path")
    return str(caught.value)


@pytest.mark.parametrize("text", ["package:gensim/x.bin", "~/x.bin", "${DATA}/x.bin", "/data/x.bin"])
def test_paths_that_say_where_they_start_stay_as_written(text):
    assert absolute(text, Path("/recipes")) == text


def test_other_paths_are_relative_to_the_recipe():
    assert absolute("x.bin", Path("/recipes")) == "/recipes/x.bin"
    assert absolute("../data/x.bin", Path("/recipes")) == "/recipes/../data/x.bin"


def test_a_file_that_is_there(tmp_path, monkeypatch):
    (tmp_path / "x.tsv").write_text("")
    assert expand(str(tmp_path / "x.tsv"), "data.train.path") == tmp_path / "x.tsv"
    monkeypatch.chdir(tmp_path)
    assert expand("x.tsv", "data.train.path") == tmp_path / "x.tsv"


def test_home_and_variables(tmp_path, monkeypatch):
    (tmp_path / "x.tsv").write_text("")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("REVIEWS_DATA", str(tmp_path))
    monkeypatch.setenv("NAME", "x")
    assert expand("~/x.tsv", "data.train.path") == tmp_path / "x.tsv"
    assert expand("${REVIEWS_DATA}/${NAME}.tsv", "data.train.path") == tmp_path / "x.tsv"


def test_a_variable_that_is_not_set(monkeypatch):
    monkeypatch.delenv("REVIEWS_DATA", raising=False)
    assert (
        fault_of("${REVIEWS_DATA}/x") == "data.train.path: the environment variable REVIEWS_DATA is not set"
    )


def test_an_unknown_user():
    message = fault_of("~nobody-of-this-name/x")
    assert message.startswith("data.train.path: '~nobody-of-this-name/x': Could not determine home directory")


def test_a_file_inside_a_package_that_is_not_imported(tmp_path, monkeypatch):
    package = tmp_path / "with_data"
    (package / "inner").mkdir(parents=True)
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "inner" / "x.bin").write_bytes(b"")
    monkeypatch.syspath_prepend(tmp_path)
    assert expand("package:with_data/inner/x.bin", "embedding.path") == package / "inner" / "x.bin"
    assert "with_data" not in sys.modules


def test_packages_that_cannot_be_found():
    assert (
        fault_of("package:no_such_package/x") == "data.train.path: no package 'no_such_package' is installed"
    )
    assert fault_of("package:this/x") == "data.train.path: 'this' is a module, not a package"
    shape = "is not of the form package:NAME/inner/path"
    assert fault_of("package:json") == f"data.train.path: 'package:json' {shape}"
    assert fault_of("package:os.path/x") == f"data.train.path: 'package:os.path/x' {shape}"
    assert fault_of("package:/x") == f"data.train.path: 'package:/x' {shape}"


def test_a_missing_file_names_the_nearest_in_its_directory(tmp_path):
    (tmp_path / "reviews.tsv").write_text("")
    path = tmp_path / "reveiws.tsv"
    assert fault_of(str(path)) == f"data.train.path: '{path}' does not exist - did you mean 'reviews.tsv'?"


def test_files_that_cannot_be(tmp_path):
    assert fault_of(str(tmp_path)) == f"data.train.path: '{tmp_path}' is a directory, not a file"
    path = tmp_path / "no" / "x"
    assert fault_of(str(path)) == f"data.train.path: '{path}' does not exist"
    long = tmp_path / ("x" * 5000)
    assert fault_of(str(long)).endswith("File name too long")
    assert fault_of("a\0b").startswith("data.train.path: ")


def test_locating_asks_for_no_file(tmp_path):
    assert locate(str(tmp_path / "runs/none"), "model") == tmp_path / "runs/none"
