"""Parameters that name a folder: found as files are, with one fingerprint of all that is in it."""

from __future__ import annotations

from pipes import make_pipe

import pytest

import embedkit
from embedkit.errors import DataError, RunError
from embedkit.files.digest import describe
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe

SOURCE = """
    from pathlib import Path

    from embedkit import hookimpl
    from embedkit.interfaces import InputFolder

    class Model:
        '''Splits at what the files of a folder say, one after another.'''

        def __init__(self, *, folder: InputFolder, more: list[InputFolder] | None = None) -> None:
            assert Path(folder).is_absolute()
            self.folder = folder

        def tokenize(self, texts):
            files = [path for path in sorted(Path(self.folder).iterdir()) if path.is_file()]
            marks = "".join(path.read_text() for path in files)
            return [text.replace(marks, " ").split() for text in texts]

    @hookimpl
    def register_tokenizers(register):
        register("model", Model)
"""


@pytest.fixture
def folder(tmp_path):
    """A small saved model: two files, one of them in a folder of its own."""
    folder = tmp_path / "model"
    (folder / "inner").mkdir(parents=True)
    (folder / "marks.txt").write_text("-")
    (folder / "inner" / "config.json").write_text("{}")
    return folder


@pytest.fixture
def trained(install, recipe, tmp_path, folder):
    install("embedkit-model", SOURCE, entries=["model"])
    named = {"use": "model", "folder": str(folder), "more": [str(folder / "inner")]}
    return embedkit.run({**recipe, "tokenizer": named, "training": {"epochs": 1}}, out=tmp_path / "run")


def test_a_run_records_one_fingerprint_of_the_folder(trained, folder):
    inputs = trained.read_json("environment.json")["inputs"]
    assert inputs["tokenizer.folder"] == describe(folder, "sampled")
    assert inputs["tokenizer.folder"]["files"] == 2
    assert inputs["tokenizer.folder"]["bytes"] == 3
    assert inputs["tokenizer.more.0"]["path"] == str(folder / "inner")
    assert embedkit.load(trained.path).predict(["good-film"])["tokens"].tolist() == [2]


CHANGES = {
    "content": lambda folder: (folder / "inner" / "config.json").write_text("[]"),
    "another file": lambda folder: (folder / "new").touch(),
    "a file less": lambda folder: (folder / "inner" / "config.json").unlink(),
    "another name": lambda folder: (folder / "marks.txt").rename(folder / "marks"),
    "another place": lambda folder: (folder / "marks.txt").rename(folder / "inner" / "marks.txt"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_folder_that_has_changed_is_an_error_when_the_model_is_loaded(trained, folder, change):
    change(folder)
    with pytest.raises(RunError, match=r"model' is not the folder that the model was trained with"):
        embedkit.load(trained.path)


@pytest.mark.parametrize("how", ["sampled", "full"])
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_every_change_is_another_fingerprint(folder, how, change):
    before = describe(folder, how)
    assert describe(folder, how) == before
    change(folder)
    assert describe(folder, how) != before


def test_a_file_that_is_linked_counts_by_what_is_in_it(folder, tmp_path):
    (tmp_path / "blob").write_text("first")
    (folder / "linked").symlink_to(tmp_path / "blob")
    before = describe(folder, "sampled")
    (tmp_path / "blob").write_text("other")
    assert describe(folder, "sampled") != before


def test_what_is_no_file_is_passed_over(folder):
    before = describe(folder, "sampled")
    make_pipe(folder / "pipe")
    (folder / "dangling").symlink_to(folder / "absent")
    (folder / "loop").symlink_to(folder)
    assert describe(folder, "sampled") == before


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("modle", r"tokenizer\.folder: '.*modle' does not exist - did you mean 'model'\?"),
        ("model/marks.txt", r"tokenizer\.folder: '.*marks\.txt' is a file, not a directory"),
        ("${NOT_SET_ANYWHERE}/model", r"tokenizer\.folder: the environment variable NOT_SET_ANYWHERE is"),
    ],
)
def test_a_folder_that_is_not_there_is_an_error_with_its_key(
    install, recipe, tmp_path, folder, named, says, monkeypatch
):
    install("embedkit-model", SOURCE, entries=["model"])
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=says):
        written = {"use": "model", "folder": named}
        embedkit.run({**recipe, "tokenizer": written}, out=tmp_path / "run")


def test_it_is_relative_to_the_recipe_file(install, tmp_path, folder):
    install("embedkit-model", SOURCE, entries=["model"])
    (tmp_path / "recipe.yaml").write_text(
        "name: small\ndata: {train: {use: inline, texts: [a, b], labels: [x, y]}}\n"
        "tokenizer: {use: model, folder: model}\nembedding: {use: random, dim: 3}\nencoder: bag\n"
    )
    loaded = load_recipe(tmp_path / "recipe.yaml", build_registry(), {})
    assert loaded.tokenizer.parameters["folder"] == str(folder)
