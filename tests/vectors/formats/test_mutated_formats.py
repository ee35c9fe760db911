"""Whatever is done to a good file of any format, it is read or refused with a VectorFileError."""

import json
import warnings
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.vectors.tools.check import check
from embedkit.vectors.tools.convert import convert

WORDS = ["the", "of", "naïve", "</s>", "in_spite_of"]
ROWS = np.arange(15, dtype=np.float32).reshape(5, 3) / 7 + 1


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    """A file of every format: its bytes by its name."""
    folder = tmp_path_factory.mktemp("good")
    np.save(folder / "numpy.npy", ROWS)
    (folder / "numpy.words").write_text("".join(f"{word}\n" for word in WORDS))
    source = open_vectors(folder / "numpy.npy")
    for format in ("word2vec-text", "glove-text", "safetensors"):
        convert(source, folder / format, format)
    model = (files("gensim") / "test" / "test_data" / "toy-model.bin").read_bytes()
    return {path.name: path.read_bytes() for path in folder.iterdir()} | {"fasttext": model}


def survives(path):
    """Whether the file is read; nothing but a VectorFileError may stop that."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            file = open_vectors(path)
            lookup = file.lookup([*WORDS, "nowhere"])
            assert lookup.vectors.shape == (6, file.dim)
            assert np.isfinite(lookup.vectors).all()
            check(file)
    except VectorFileError:
        return False
    return True


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("name", ["word2vec-text", "glove-text", "safetensors", "numpy.npy", "fasttext"])
def test_any_splice(name, data, good, tmp_path):
    content = good[name]
    (tmp_path / "numpy.words").write_bytes(good["numpy.words"])
    begin = data.draw(st.integers(0, min(len(content), 600)))
    end = data.draw(st.integers(begin, min(len(content), begin + 20)))
    changed = content[:begin] + data.draw(st.binary(max_size=20)) + content[end:]
    path = tmp_path / name
    path.write_bytes(changed)
    survives(path)


@pytest.mark.parametrize("name", ["word2vec-text", "glove-text", "safetensors", "numpy.npy", "fasttext"])
def test_every_flipped_bit_near_the_beginning_and_every_cut(name, good, tmp_path):
    content = good[name]
    (tmp_path / "numpy.words").write_bytes(good["numpy.words"])
    path = tmp_path / name
    path.write_bytes(content)
    assert survives(path)
    for at in range(min(len(content), 200)):
        for bit in (0, 3, 7):
            path.write_bytes(content[:at] + bytes([content[at] ^ 1 << bit]) + content[at + 1 :])
            survives(path)
        path.write_bytes(content[:at])
        assert not survives(path) or name.endswith("text"), "but for text a cut number is a number"


def test_any_list_of_words_beside_an_array(good, tmp_path):
    path = tmp_path / "numpy.npy"
    path.write_bytes(good["numpy.npy"])
    for words in (b"", b"\n" * 5, b"\xff" * 5, b"a\nb", json.dumps(WORDS).encode(), b"\0"):
        (tmp_path / "numpy.words").write_bytes(words)
        assert survives(path) == (words == b"\n" * 5)
