from __future__ import annotations

import os
import sys
from pathlib import Path, PureWindowsPath
from pipes import make_pipe

import pytest

from embedkit.errors import DataError, RecipeError
from embedkit.recipe.paths import IN_QUOTES, absolute, expand, locate
from embedkit.recipe.yaml import parse

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


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (r"C:\data\reviews.csv", r"C:\data\reviews.csv"),
        ("C:/data/reviews.csv", r"C:\data\reviews.csv"),
        (r"\\server\share\reviews.csv", r"\\server\share\reviews.csv"),
        ("//server/share/reviews.csv", r"\\server\share\reviews.csv"),
        (r"\data\reviews.csv", r"D:\data\reviews.csv"),
        ("/data/reviews.csv", r"D:\data\reviews.csv"),
        (r"data\reviews.csv", r"D:\recipes\data\reviews.csv"),
        ("data/reviews.csv", r"D:\recipes\data\reviews.csv"),
        (r"..\reviews.csv", r"D:\recipes\..\reviews.csv"),
        ("D:reviews.csv", r"D:\recipes\reviews.csv"),
        ("E:reviews.csv", "E:reviews.csv"),
    ],
)
def test_paths_of_windows(text, whole):
    assert PureWindowsPath(absolute(text, PureWindowsPath(r"D:\recipes"))) == PureWindowsPath(whole)


@pytest.mark.parametrize("text", [r"C:\data\reviews.csv", "C:/data/reviews.csv", r"\\server\share\x.csv"])
def test_a_path_of_windows_on_another_system(text):
    assert absolute(text, Path("/recipes")) == text, "a saved recipe says what was written"
    assert fault_of(text).endswith("It is a path of Windows, and this system has other ones.")


def test_backslashes_on_another_system(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "reviews.csv").write_text("")
    said = fault_of(absolute(r"data\reviews.csv", tmp_path))
    assert said.endswith(f"Write it with /, which is right on every system: {tmp_path / 'data/reviews.csv'}")
    assert locate(r"package:embedkit\py.typed", "path") == locate("package:embedkit/py.typed", "path")


@pytest.mark.parametrize("written", [r'"C:\data\reviews.csv"', r'"C:\Users\me\x.csv"', r'"C:\xyz.csv"'])
def test_a_path_in_double_quotes_that_is_no_yaml(written):
    with pytest.raises(RecipeError, match="not valid YAML") as caught:
        parse(f"path: {written}", lambda line: f"recipe.yaml:{line}")
    assert IN_QUOTES in str(caught.value)


def test_a_path_in_double_quotes_that_is_yaml_of_another_meaning():
    (value, _) = parse(r'"C:\new\table.csv"', str)
    assert value == "C:\new\table.csv"
    assert IN_QUOTES in fault_of(value)


def test_pipes_and_devices_are_no_files(tmp_path):
    make_pipe(tmp_path / "pipe")
    for path in (str(tmp_path / "pipe"), os.devnull):
        with pytest.raises(DataError, match="data.train.path: '.*' is not a regular file"):
            expand(path, "data.train.path")
