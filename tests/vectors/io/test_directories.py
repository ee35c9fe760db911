"""A directory in place of a file: the file in it is named, and what spaCy's takes."""

import pathlib
from types import SimpleNamespace

import numpy as np
import pytest

from embedkit import open_vectors
from embedkit.errors import VectorFileError


def failure(path):
    with pytest.raises(VectorFileError) as caught:
        open_vectors(path)
    return str(caught.value).removeprefix(str(path))


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_the_one_file_that_may_hold_vectors_is_named(tmp_path):
    touch(
        tmp_path,
        "model.safetensors",
        "tokenizer.json",
        "config.json",
        "README.md",
        "vocab.txt",
        ".hidden.bin",
    )
    assert failure(tmp_path) == (
        ": is a directory, where a file of word vectors is expected\n"
        f"    Name the file in it: {tmp_path / 'model.safetensors'}"
    )


def test_a_file_one_directory_down(tmp_path):
    touch(tmp_path, "0_StaticEmbedding/model.safetensors", "modules.json")
    assert f"Name the file in it: {tmp_path / '0_StaticEmbedding' / 'model.safetensors'}" in failure(tmp_path)


@pytest.mark.parametrize("count", [2, 5, 6])
def test_several_files(count, tmp_path):
    touch(tmp_path, *(f"vectors-{i}.vec.gz" for i in range(count)))
    message = failure(tmp_path)
    assert "Name one of the files in it: " in message
    assert message.count("vec.gz") == min(count, 5)
    assert message.endswith("…") == (count > 5)


@pytest.mark.parametrize("below", ["", "vocab"])
def test_the_vectors_of_spacy(below, tmp_path):
    touch(tmp_path / below, "vectors", "key2row")
    message = failure(tmp_path)
    assert "is a directory of spaCy's" in message
    assert "key2row" in message


def test_the_advice_for_spacy_is_python(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    from embedkit.vectors.io.directories import SPACY

    code = SPACY.partition("in Python: ")[2].replace("DIR", "directory")
    code = code.replace("nlp = spacy.load(directory); ", "")

    vectors = SimpleNamespace(data=np.array([[1, 2, 3], [4, 5.5, 6]], np.float32), key2row={7: 0, 8: 1})
    nlp = SimpleNamespace(vocab=SimpleNamespace(strings={7: "the", 8: "naïve"}, vectors=vectors))
    exec(code, {"nlp": nlp, "pathlib": pathlib})
    assert open_vectors(tmp_path / "vectors.txt").lookup(["naïve"]).vectors.tolist() == [[4, 5.5, 6]]


def test_nothing_in_it(tmp_path):
    assert failure(tmp_path) == ": is a directory, where a file of word vectors is expected"
