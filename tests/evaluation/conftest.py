"""Word-vector files made up on the spot, and real ones with what gensim makes of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from embedkit.vectors import open_vectors


@pytest.fixture
def vector_file(tmp_path):
    """Writes a word2vec binary file of these words and their vectors, and opens it."""

    def write(vectors, **options):
        import numpy as np
        from gensim.models import KeyedVectors

        table = np.array([*vectors.values()], dtype=np.float32)
        keyed = KeyedVectors(vector_size=table.shape[1])
        keyed.add_vectors([*vectors], table)
        path = tmp_path / "vectors.bin"
        keyed.save_word2vec_format(str(path), binary=True)
        return open_vectors(path, **options)

    return write


@pytest.fixture(scope="session")
def real_vectors():
    """The path of a real word2vec file: `euclidean` of gensim's package, `glove` of EMBEDKIT_DATA."""

    def path(name):
        from gensim.test.utils import datapath

        if name == "euclidean":
            return datapath("euclidean_vectors.bin")
        folder = os.environ.get("EMBEDKIT_DATA")
        if not folder:
            pytest.skip("EMBEDKIT_DATA is not set")
        return str(Path(folder) / "vectors" / "glove6b-100d.mr-sst.ctool.bin")

    return path


@pytest.fixture(scope="session")
def keyed_vectors(real_vectors):
    """The same in gensim."""
    loaded = {}

    def load(name):
        from gensim.models import KeyedVectors

        if name not in loaded:
            loaded[name] = KeyedVectors.load_word2vec_format(real_vectors(name), binary=True)
        return loaded[name]

    return load
