"""`transformers`: pretrained models give the vectors that transformers gives, for words of the text."""

from __future__ import annotations

import random
import shutil
import sys

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from embedkit.errors import DataError, VectorFileError
from embedkit.interfaces import TextEncoderContext
from embedkit.plugin.registry import build_registry

pytest.importorskip("transformers", reason="the extra [transformers] is not installed")
from tiny_transformers import TEXTS, byte_level, modules, pooling, save_model, unigram, wordpiece
from transformers import AutoModel, AutoModelForTextEncoding, AutoTokenizer

FACTORY = build_registry().get("text-encoder", "transformers").factory


def test_without_the_package_the_error_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "transformers", None)
    with pytest.raises(VectorFileError, match="package transformers is not installed\n.*pip install"):
        FACTORY(path=str(tmp_path)).open(TextEncoderContext())


STRANGE = ("", "  \t ", "\u200b", "👍🏽 good 🎬", "電影很好看", "cafe\u0301 naïve", "a\x00b", "[SEP] [UNK]")
KINDS = {"bert": wordpiece, "distilbert": wordpiece, "roberta": byte_level, "xlm-roberta": unigram}
POSITIONS = {"roberta": 66, "xlm-roberta": 66}


def opened(folder, **keys):
    return FACTORY(path=str(folder), **keys).open(TextEncoderContext())


def read(model, texts, network=None, width=0):
    """Return the pieces, the states and the pooled vectors of texts in one batch padded to `width`."""
    network = network or model.build()
    pieces = model.pieces(texts)
    ends = np.cumsum(pieces.lengths)
    width = max(width, int(pieces.lengths.max()))
    ids = torch.full((len(texts), width), 7)
    mask = torch.arange(width)[None] < torch.tensor(pieces.lengths)[:, None]
    for row, (end, length) in enumerate(zip(ends, pieces.lengths, strict=True)):
        ids[row, :length] = torch.tensor(pieces.ids[end - length : end])
    with torch.inference_mode():
        states = network(ids, mask)
        return pieces, states, network.pool(states, mask), mask


def plain(folder, texts, auto=AutoModel):
    """Return the states and the mask of a padded batch, by transformers alone."""
    batch = AutoTokenizer.from_pretrained(folder)(
        list(texts), padding=True, truncation=True, max_length=64, return_tensors="pt"
    )
    batch.pop("token_type_ids", None)
    with torch.inference_mode():
        return auto.from_pretrained(folder).eval()(**batch).last_hidden_state, batch["attention_mask"].bool()


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def folder(kind, tmp_path_factory):
    return save_model(
        tmp_path_factory.mktemp("models") / kind,
        kind,
        KINDS[kind](),
        max_position_embeddings=POSITIONS.get(kind, 64),
        pad_token_id=0 if KINDS[kind] is wordpiece else 1,
    )


def test_states_are_those_of_transformers_alone(folder):
    texts = [*TEXTS, *STRANGE, "joy " * 100]
    _, states, pooled, mask = read(opened(folder), texts)
    expected, their_mask = plain(folder, texts)
    assert mask.equal(their_mask)
    assert torch.allclose(states[mask], expected[mask], atol=1e-5)
    means = torch.stack([each[kept].mean(dim=0) for each, kept in zip(expected, mask, strict=True)])
    assert torch.allclose(pooled, means, atol=1e-5)


def test_states_do_not_depend_on_padding_and_neighbours(folder):
    model = opened(folder)
    network = model.build()
    _, states, pooled, mask = read(model, [*TEXTS, *STRANGE], network, width=60)
    for row, text in enumerate([*TEXTS, *STRANGE]):
        _, alone, alone_pooled, _ = read(model, [text], network)
        assert torch.allclose(states[row][mask[row]], alone[0], atol=1e-5)
        assert torch.allclose(pooled[row], alone_pooled[0], atol=1e-5)


def test_words_are_spelt_as_in_the_text_and_pieces_keep_their_order(folder):
    texts = [*TEXTS, *STRANGE]
    pieces = opened(folder).pieces(texts)
    start = 0
    for i, text in enumerate(texts):
        words = pieces.words[start : start + pieces.lengths[i]]
        start += pieces.lengths[i]
        place = 0
        for token in pieces.tokens[i]:
            assert token
            assert token == token.strip()
            place = text.index(token, place) + len(token)
        assert sorted({*words} - {-1}) == [*range(len(pieces.tokens[i]))]
        assert words[0] == words[-1] == -1
        assert (np.diff(words[words >= 0]) >= 0).all()
        assert pieces.read[i] == len(pieces.tokens[i])


def test_a_long_text_is_cut_as_transformers_does_and_its_words_are_all_listed(folder):
    text = "absolute joy " * 5000
    pieces = opened(folder).pieces([text])
    ids = AutoTokenizer.from_pretrained(folder)(text, truncation=True, max_length=64)["input_ids"]
    assert pieces.ids.tolist() == ids
    assert pieces.lengths.tolist() == [64]
    assert pieces.tokens == [["absolute", "joy"] * 5000]
    assert 0 < pieces.read[0] == pieces.words.max() + 1 < 64


def test_pieces_are_those_of_each_text_alone(folder):
    model = opened(folder)
    texts = [*TEXTS, *STRANGE]
    together, alone = model.pieces(texts), [model.pieces([text]) for text in texts]
    assert together.ids.tolist() == [id for each in alone for id in each.ids]
    assert together.words.tolist() == [word for each in alone for word in each.words]
    assert [*together.tokens] == [each.tokens[0] for each in alone]


def test_no_text_at_all_has_no_pieces(folder):
    pieces = opened(folder).pieces([])
    assert (len(pieces.ids), len(pieces.lengths), pieces.tokens) == (0, 0, [])


def test_a_text_that_is_not_unicode_is_refused(folder):
    with pytest.raises(DataError, match="lone surrogate"):
        opened(folder).pieces(["fine", "a\ud800"])


def test_layers_are_the_embeddings_and_the_blocks_and_hold_every_weight_once(folder):
    network = opened(folder).build()
    layers = network.layers()
    assert len(layers) == 3
    held = [id(weight) for layer in layers for weight in layer.parameters()]
    assert sorted(held) == sorted(map(id, network.parameters()))
    embedded = {id(weight) for weight in network.model.get_input_embeddings().parameters()}
    assert embedded <= {*map(id, layers[0].parameters())}


def test_building_changes_no_random_generator_and_prints_nothing(folder, capfd):
    random.seed(1)
    np.random.seed(1)
    torch.manual_seed(1)
    before = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    model = opened(folder)
    network = model.build()
    read(model, TEXTS, network)
    after = random.getstate(), np.random.get_state()[1].tolist(), torch.get_rng_state().tolist()
    assert before == after
    assert not network.training
    assert capfd.readouterr() == ("", "")


def test_words_of_wordpiece_are_those_of_its_splitting(tmp_path):
    model = opened(save_model(tmp_path))
    pieces = model.pieces(["It's cafe\u0301 电影 👍🏽!"])
    assert pieces.tokens == [["It", "'", "s", "cafe\u0301", "电", "影", "👍🏽", "!"]]
    unknown = {pieces.tokens[0][word] for word in pieces.words[pieces.unknown]}
    assert "👍🏽" in unknown
    assert "s" not in unknown


def test_words_of_byte_level_pieces_are_whole_characters(tmp_path):
    model = opened(save_model(tmp_path, "roberta", byte_level(), pad_token_id=1, max_position_embeddings=66))
    pieces = model.pieces(["  Good  👍🏽, don't"])
    assert pieces.tokens == [["Good", "👍🏽,", "don", "'t"]]
    assert (pieces.words == 1).sum() > 8
    assert not pieces.unknown.any()


@pytest.mark.parametrize("split", [True, False])
def test_words_of_sentencepiece_are_divided_at_white_space(split, tmp_path):
    tokenizer = unigram(split)
    model = opened(save_model(tmp_path, "xlm-roberta", tokenizer, pad_token_id=1, max_position_embeddings=66))
    pieces = model.pieces(["the film, an absolute  joy 👍🏽 you'll", "   "])
    assert pieces.tokens == [["the", "film,", "an", "absolute", "joy", "👍🏽", "you'll"], []]
    assert {pieces.tokens[0][word] for word in pieces.words[pieces.unknown]} == {"👍🏽"}


def test_lower_case_is_as_the_configuration_says_and_words_stay_as_spelt(tmp_path):
    said = {
        "modules.json": modules("Pooling"),
        "1_Pooling/config.json": pooling("mean_tokens"),
        "sentence_bert_config.json": {"max_seq_length": 32, "do_lower_case": True},
    }
    model = opened(save_model(tmp_path, tokenizer=wordpiece(lowercase=False), sentence=said))
    texts = ["THE Film", "the film", "İ AN İ the"]
    upper, lower, dotted = (model.pieces([text]) for text in texts)
    assert upper.ids.tolist() == lower.ids.tolist()
    assert upper.tokens == [["THE", "Film"]]
    assert dotted.tokens == [["İ", "AN", "İ", "the"]]
    assert model.pieces(["joy " * 99]).lengths.tolist() == [32]


def test_a_prompt_is_read_and_is_no_word(tmp_path):
    said = {
        "modules.json": modules("Pooling"),
        "1_Pooling/config.json": pooling("mean_tokens"),
        "config_sentence_transformers.json": {"prompts": {"q": "the film: "}, "default_prompt_name": "q"},
    }
    folder = save_model(tmp_path, sentence=said)
    with_prompt, without = opened(folder), opened(folder, prompt="")
    pieces = with_prompt.pieces(["an absolute joy", ""])
    whole = without.pieces(["the film: an absolute joy", "the film: "])
    assert pieces.ids.tolist() == whole.ids.tolist()
    assert pieces.tokens == [["an", "absolute", "joy"], []]
    assert (pieces.words == -1).sum() == len(whole.ids) - np.isin(whole.words, (3, 4, 5)).sum()
    assert with_prompt.digest != without.digest


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("cls_token", lambda states: states[0]),
        ("max_tokens", lambda states: states.max(dim=0).values),
        ("mean_tokens", lambda states: states.mean(dim=0)),
        ("mean_sqrt_len_tokens", lambda states: states.sum(dim=0) / len(states) ** 0.5),
        ("lasttoken", lambda states: states[-1]),
        (
            "weightedmean_tokens",
            lambda states: (
                (states * torch.arange(1, len(states) + 1)[:, None]).sum(dim=0) / sum(range(len(states) + 1))
            ),
        ),
    ],
)
@pytest.mark.parametrize("normalized", [False, True])
def test_pooling_is_as_the_configuration_says(mode, expected, normalized, tmp_path):
    steps = ("Pooling", "Normalize") if normalized else ("Pooling",)
    said = {"modules.json": modules(*steps), "1_Pooling/config.json": pooling(f"{mode}")}
    _, states, pooled, mask = read(opened(save_model(tmp_path, sentence=said)), TEXTS)
    for row, kept, vector in zip(states, mask, pooled, strict=True):
        wanted = expected(row[kept])
        assert torch.allclose(vector, wanted / wanted.norm() if normalized else wanted, atol=1e-5)


def test_the_recipe_may_name_another_pooling(tmp_path):
    said = {"modules.json": modules("Pooling", "Normalize"), "1_Pooling/config.json": pooling("mean_tokens")}
    folder = save_model(tmp_path, sentence=said)
    network = opened(folder, pooling="cls", normalize=False)
    _, states, pooled, _ = read(network, TEXTS)
    assert pooled.equal(states[:, 0])
    assert network.digest != opened(folder).digest


def test_a_dense_layer_behind_the_pooling_is_applied(tmp_path):
    dense = {"in_features": 32, "out_features": 32, "bias": True}
    said = {
        "modules.json": modules("Pooling", "Dense"),
        "1_Pooling/config.json": pooling("mean_tokens"),
        "2_Dense/config.json": dense | {"activation_function": "torch.nn.modules.activation.Tanh"},
    }
    folder = save_model(tmp_path, sentence=said)
    weight = torch.randn(32, 32, generator=torch.Generator().manual_seed(1))
    save_file({"linear.weight": weight, "linear.bias": torch.ones(32)}, folder / "2_Dense/model.safetensors")
    model = opened(folder)
    _, _, pooled, _ = read(model, TEXTS)
    _, _, means, _ = read(opened(folder, pooling="mean"), TEXTS)
    assert torch.allclose(pooled, torch.tanh(means @ weight.T + 1), atol=1e-5)
    network = model.build()
    assert {*network.steps.parameters()} <= {*network.layers()[-1].parameters()}


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_weights_of_other_precision_are_read_as_float32(dtype, tmp_path):
    folder = save_model(tmp_path)
    weights = {name: value.to(dtype) for name, value in load_file(folder / "model.safetensors").items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    network = opened(folder).build()
    assert {weight.dtype for weight in network.parameters()} == {torch.float32}
    name = "embeddings.word_embeddings.weight"
    assert network.model.state_dict()[name].equal(weights[name].float())


def test_texts_without_a_piece_have_vectors_of_zeros(tmp_path):
    tokenizer = byte_level()
    tokenizer.post_processor = None
    model = opened(save_model(tmp_path, "gpt2", tokenizer, n_embd=32, n_layer=2, n_head=4, n_positions=64))
    _, states, pooled, _ = read(model, ["", "joy"])
    assert states.isfinite().all()
    assert pooled[0].eq(0).all()
    _, states, pooled, _ = read(model, ["", ""])
    assert states.shape == (2, 0, 32)
    assert pooled.eq(0).all()


def test_a_sentence_t5_reads_by_its_encoder_alone(tmp_path):
    folder = save_model(
        tmp_path, "t5", unigram(), d_model=32, d_kv=8, d_ff=48, num_layers=2, num_heads=4, pad_token_id=1
    )
    model = opened(folder)
    _, states, _, mask = read(model, TEXTS)
    expected, _ = plain(folder, TEXTS, AutoModelForTextEncoding)
    assert torch.allclose(states[mask], expected[mask], atol=1e-5)
    assert len(model.build().layers()) == 3


def test_the_digest_is_of_the_content(tmp_path):
    first, second = save_model(tmp_path / "a"), tmp_path / "b"
    shutil.copytree(first, second)
    assert opened(first).digest == opened(second).digest
    weights = load_file(second / "model.safetensors")
    weights["embeddings.LayerNorm.bias"] += 1
    save_file(weights, second / "model.safetensors", metadata={"format": "pt"})
    assert opened(first).digest != opened(second).digest
    assert opened(first, max_length=9).digest != opened(first).digest
