"""The bundled plugin with the embedding `word2vec-binary`."""

import numpy as np
import pytest

from embedkit.errors import VectorFileError
from embedkit.interfaces import EmbeddingContext, VectorSource
from embedkit.plugin.registry import build_registry


@pytest.fixture(scope="module")
def component():
    return build_registry().get("embedding", "word2vec-binary")


def test_it_opens_the_file_of_its_parameters(component, real_vectors):
    told = []
    context = EmbeddingContext(seed=0, progress=lambda done, total: told.append((done, total)))
    path = real_vectors / "gensim-euclidean_vectors-10d.bin"
    source = component.factory(path=str(path)).open(context)
    assert isinstance(source, VectorSource)
    assert (source.dim, source.unk) == (10, None)
    assert source.lookup(["the", "qwzx"]).found.tolist() == [True, False]
    assert source.lookup(["the"]).vectors.dtype == np.float32
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


def test_its_parameters(component):
    model = component.parameters
    keys = {"path": "x.bin", "errors": "strict", "limit": None, "processes": 1}
    assert model(path="x.bin").model_dump() == keys
    for wrong in ({"errors": "ignore"}, {"limit": 0}, {"limit": 1.0}, {"binary": True}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            model(path="x.bin", **wrong)


def test_errors_and_limit_reach_the_file(component, real_vectors):
    path = str(real_vectors / "finalfusion_utf8-incomplete.bin")
    context = EmbeddingContext(seed=0)
    with pytest.raises(VectorFileError, match="record 2, byte 23"):
        component.factory(path=path).open(context).lookup(["meren"])
    assert component.factory(path=path, limit=1).open(context).lookup(["meren"]).found.all()
    assert component.factory(path=path, errors="replace").open(context).lookup(["zee\ufffdn"]).found.all()
