"""Texts encoded once by models of transformers: by several threads, and as each text alone."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from embedkit.files.storage import InMemory
from embedkit.interfaces import TextEncoderContext
from embedkit.model import text_vectors
from embedkit.model.encoded_texts import encode_texts
from embedkit.plugin.registry import build_registry

pytest.importorskip("transformers", reason="the extra [transformers] is not installed")
from tiny_transformers import TEXTS, byte_level, save_model, wordpiece

MANY = [
    *TEXTS,
    "",
    "\u200b",
    "joy " * 100,
    *(" ".join(text.split()[k:]) for text in TEXTS for k in range(1, 8)),
]


@pytest.fixture(params=[("bert", wordpiece, 64, 0), ("roberta", byte_level, 66, 1)], ids=["bert", "roberta"])
def model(request, tmp_path):
    kind, tokenizer, positions, pad = request.param
    save_model(tmp_path / kind, kind, tokenizer(), max_position_embeddings=positions, pad_token_id=pad)
    factory = build_registry().get("text-encoder", "transformers").factory
    return factory(path=str(tmp_path / kind)).open(TextEncoderContext())


@pytest.fixture
def three_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("pooled", [True, False])
def test_vectors_are_those_of_each_text_alone(model, pooled, three_threads, monkeypatch, tmp_path):
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(text_vectors, "MOST", 64)
    encoded = encode_texts(model, MANY, pooled, InMemory())
    each = np.split(encoded.values, encoded.lengths.cumsum()[:-1])
    for text, vectors in zip(MANY, each, strict=True):
        assert vectors == pytest.approx(alone(model, text, pooled), abs=1e-5)
    again = encode_texts(model, MANY[::-1], pooled, InMemory())
    assert np.array_equal(np.concatenate(each[::-1]), again.values)


def alone(model, text, pooled):
    pieces, network = model.pieces([text]), model.build()
    ids = torch.tensor(pieces.ids[None].astype(np.int64))
    mask = torch.ones_like(ids, dtype=torch.bool)
    with torch.inference_mode():
        states = network(ids, mask)
        if pooled:
            return network.pool(states, mask).numpy()
    means = [states[0, torch.tensor(pieces.words == word)].mean(0).numpy() for word in range(pieces.read[0])]
    return np.array(means, np.float32).reshape(-1, model.dim)
