"""How a file has its words and numbers."""

import numpy as np
import pytest
from vector_samples import record

from embedkit import open_vectors
from embedkit.vectors.tools.convert import convert


@pytest.mark.parametrize("compress", [False, True])
@pytest.mark.parametrize(("after", "says"), [(b"\n", "with"), (b"", "without")])
def test_word2vec_binary(after, says, compress, write):
    rows = record("king\u00e9", 10, 2, after=after) + record("", 3, 4, after=after)
    file = open_vectors(write(b"2 2\n" + rows, compress=compress))
    assert (file.dtype, file.layout) == ("float32", f"records {says} newlines")


@pytest.mark.parametrize(
    ("name", "dtype", "layout"),
    [
        ("w2v-c-gutenberg-200d.bin", "float32", "records with newlines"),
        ("finalfusion-similarity-100d.txt", "text", "lines"),
        ("finalfusion-similarity-100d.nodims", "text", "lines"),
    ],
)
def test_real_files(name, dtype, layout, real_vectors):
    file = open_vectors(real_vectors / name)
    assert (file.dtype, file.layout) == (dtype, layout)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_numpy(dtype, tmp_path):
    np.save(tmp_path / "a.npy", np.ones((2, 3), dtype))
    (tmp_path / "a.words").write_text("a\nb\n")
    file = open_vectors(tmp_path / "a.npy")
    assert (file.dtype, file.layout) == (dtype, "matrix")


@pytest.mark.parametrize(("value", "dtype"), [(0.5, "bfloat16"), (0.1, "float32")])
def test_safetensors(value, dtype, write, tmp_path):
    convert(open_vectors(write(b"1 1\n" + record("a", value))), tmp_path / "a", "safetensors")
    assert open_vectors(tmp_path / "a").dtype == dtype


def test_fasttext_models(tmp_path):
    from gensim.models import FastText
    from gensim.models.fasttext import save_facebook_model

    for longest, layout in ((6, "model with 1,000 rows of subwords"), (0, "model with no subwords")):
        model = FastText([["a", "b"]], vector_size=2, min_count=1, bucket=1000, max_n=longest, workers=1)
        save_facebook_model(model, str(tmp_path / "model"))
        file = open_vectors(tmp_path / "model")
        assert (file.dtype, file.layout) == ("float32", layout)


def test_what_is_kept_of_a_file_changes_nothing(tmp_path):
    rows = b"".join(record(f"w{i}", *range(1000), after=b"\n") for i in range(9000))
    path = tmp_path / "large"
    path.write_bytes(b"9000 1000\n" + rows)
    for _ in range(2):
        file = open_vectors(path)
        assert file.lookup(["w7"]).found.all()
        assert (file.dtype, file.layout) == ("float32", "records with newlines")
