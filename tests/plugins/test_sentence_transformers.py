"""Pooled vectors are those of sentence-transformers, in an environment of its own (tox)."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from embedkit.interfaces import TextEncoderContext
from embedkit.plugin.registry import build_registry

library = pytest.importorskip("sentence_transformers", reason="sentence-transformers is not installed")
from test_minilm import FOLDER, sentences  # noqa: E402
from tiny_transformers import TEXTS, byte_level, modules, pooling, save_model  # noqa: E402

MODES = ("cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens", "lasttoken")


def pooled(folder, texts, size=16):
    model = (
        build_registry()
        .get("text-encoder", "transformers")
        .factory(path=str(folder))
        .open(TextEncoderContext())
    )
    network, pieces = model.build(), model.pieces(texts)
    ends, vectors = np.cumsum(pieces.lengths), []
    for rows in np.array_split(np.arange(len(texts)), -(-len(texts) // size)):
        lengths = torch.tensor(pieces.lengths[rows])
        mask = torch.arange(int(lengths.max()))[None] < lengths[:, None]
        ids = torch.zeros(mask.shape, dtype=torch.int64)
        for row, each in zip(rows, ids, strict=True):
            each[: pieces.lengths[row]] = torch.tensor(
                pieces.ids[ends[row] - pieces.lengths[row] : ends[row]]
            )
        with torch.inference_mode():
            vectors.append(network.pool(network(ids, mask), mask))
    return torch.cat(vectors).numpy()


def theirs(folder, texts):
    return library.SentenceTransformer(str(folder), device="cpu").encode(texts, show_progress_bar=False)


def test_minilm():
    texts = sentences()
    assert np.allclose(pooled(FOLDER, texts), theirs(FOLDER, texts), atol=1e-5)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("steps", [("Pooling",), ("Pooling", "Normalize"), ("Pooling", "Dense", "Normalize")])
def test_every_pooling_with_what_may_follow_it(mode, steps, tmp_path):
    said = {"modules.json": modules(*steps), "1_Pooling/config.json": pooling(mode)}
    said["sentence_bert_config.json"] = {"max_seq_length": 16, "do_lower_case": True}
    if "Dense" in steps:
        activation = "torch.nn.modules.activation.Tanh"
        dense = {"in_features": 32, "out_features": 32, "bias": True, "activation_function": activation}
        said["2_Dense/config.json"] = dense
    if "Normalize" in steps:
        (tmp_path / f"{len(steps)}_Normalize").mkdir()
    folder = save_model(tmp_path, sentence=said)
    if "Dense" in steps:
        weight = torch.randn(32, 32, generator=torch.Generator().manual_seed(1))
        save_file(
            {"linear.weight": weight, "linear.bias": torch.ones(32)}, folder / "2_Dense/model.safetensors"
        )
    texts = [*TEXTS, "İstanbul THE Film", "the " * 40]
    assert np.allclose(pooled(folder, texts), theirs(folder, texts), atol=1e-5)


def test_a_model_that_sentence_transformers_saved_itself(tmp_path):
    """The library writes files of its own version: their keys are read."""
    saved = tmp_path / "saved"
    transformer = library.models.Transformer(
        str(save_model(tmp_path / "tiny", "roberta", byte_level(), pad_token_id=1))
    )
    parts = [transformer, library.models.Pooling(32, "max"), library.models.Normalize()]
    library.SentenceTransformer(modules=parts, device="cpu").save(str(saved))
    assert np.allclose(pooled(saved, [*TEXTS]), theirs(saved, [*TEXTS]), atol=1e-5)


def test_a_folder_of_transformers_alone_has_the_mean(tmp_path):
    folder = save_model(tmp_path)
    assert np.allclose(
        pooled(folder, [*TEXTS, "joy " * 99]), theirs(folder, [*TEXTS, "joy " * 99]), atol=1e-5
    )


def test_the_default_prompt_is_read(tmp_path):
    said = {"modules.json": modules("Pooling"), "1_Pooling/config.json": pooling("mean_tokens")}
    prompts = {"prompts": {"query": "the film: "}, "default_prompt_name": "query"}
    folder = save_model(tmp_path, sentence=said | {"config_sentence_transformers.json": prompts})
    assert np.allclose(pooled(folder, [*TEXTS]), theirs(folder, [*TEXTS]), atol=1e-5)
