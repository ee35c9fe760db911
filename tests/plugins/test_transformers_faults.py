"""What is no model, or no model that embedkit reads, is an error that names the file and what is missing."""

from __future__ import annotations

import json
import re

import pytest
import torch
from safetensors.torch import load_file, save_file

from embedkit.errors import VectorFileError
from embedkit.interfaces import TextEncoderContext
from embedkit.plugin.registry import build_registry

pytest.importorskip("transformers", reason="the extra [transformers] is not installed")
from tiny_transformers import byte_level, modules, pooling, save_model

FACTORY = build_registry().get("text-encoder", "transformers").factory
LFS = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 90868376\n"


@pytest.fixture
def folder(tmp_path):
    return save_model(tmp_path / "model")


def opened(folder, **keys):
    return FACTORY(path=str(folder), **keys).open(TextEncoderContext())


def change(path, **values):
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def sentence(folder, *names, **files):
    """Write modules.json for modules after the transformer, and the files in their folders."""
    (folder / "modules.json").write_text(json.dumps(modules(*names)))
    for name, content in files.items():
        path = folder / name / "config.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content))


def refused(folder, pattern, **keys):
    with pytest.raises(VectorFileError, match=pattern) as caught:
        opened(folder, **keys)
    return caught.value.faults


def test_an_empty_folder_names_all_that_is_missing(tmp_path):
    faults = refused(tmp_path, "holds no config.json")
    assert len(faults) == 3
    assert "holds no tokenizer.json" in str(faults[1])
    assert "holds no model.safetensors" in str(faults[2])


def test_a_folder_above_the_model_names_that_of_the_model(folder):
    refused(folder.parent, "did you mean 'model'")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_file_that_is_missing_is_named_with_the_nearest_one(name, folder):
    (folder / name).rename(folder / name.replace(".", "s."))
    (fault,) = refused(folder, f"holds no {re.escape(name)}")
    assert fault.nearest == name.replace(".", "s.")


@pytest.mark.parametrize("name", ["pytorch_model.bin", "model.pt", "pytorch_model-00001-of-00002.bin"])
def test_weights_in_a_pickle_alone_are_refused_and_not_loaded(name, folder):
    torch.save(load_file(folder / "model.safetensors"), folder / name)
    (folder / "model.safetensors").unlink()
    refused(folder, f"{name}, a pickle, which could run code")


@pytest.mark.parametrize("name", ["tf_model.h5", "flax_model.msgpack", "model.onnx"])
def test_weights_in_another_format_alone_are_refused(name, folder):
    (folder / "model.safetensors").rename(folder / name)
    refused(folder, f"holds no model.safetensors: {name} is not read")


def test_a_pickle_beside_safetensors_is_not_opened(folder):
    (folder / "pytorch_model.bin").write_bytes(b"no pickle")
    assert opened(folder).build()


@pytest.mark.parametrize("old", ["vocab.txt", "vocab.json", "spiece.model"])
def test_an_old_tokenizer_alone_is_named(old, folder):
    (folder / "tokenizer.json").rename(folder / old)
    refused(folder, f"holds no tokenizer.json, only the {old} of an older tokenizer\n.*save_pretrained")


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors", "modules.json"])
def test_a_pointer_of_git_lfs_is_named(name, folder):
    (folder / name).write_text(LFS)
    refused(folder, f"{re.escape(name)}: is a Git LFS pointer")


@pytest.mark.parametrize("content", ["", "{", "[1]", "\xff", "null", "[" * 100_000])
@pytest.mark.parametrize("name", ["config.json", "tokenizer.json"])
def test_files_that_are_not_json_objects_are_named(name, content, folder):
    (folder / name).write_text(content, encoding="latin-1")
    refused(folder, f"{re.escape(name)}: is not ")


@pytest.mark.parametrize("keep", [0, 5, 8, 300, -1])
def test_weights_cut_off_are_refused(keep, folder):
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:keep])
    refused(folder, "model.safetensors: is not a safetensors file")


def test_a_configuration_without_a_model_type_is_refused(folder):
    (folder / "config.json").write_text('{"hidden_size": 32}')
    refused(folder, "names no `model_type`")


def test_a_model_type_that_is_not_known_is_refused_with_the_nearest_one(folder):
    change(folder / "config.json", model_type="berrt")
    refused(folder, "knows no model_type 'berrt' - did you mean 'bert'")


def test_code_in_the_folder_is_never_run(folder):
    (folder / "own.py").write_text("raise SystemExit('it ran')")
    change(folder / "config.json", model_type="own", auto_map={"AutoModel": "own.Own"})
    refused(folder, "the code in its folder, which is never run")
    change(folder / "config.json", model_type="bert")
    assert opened(folder).build()


@pytest.mark.parametrize("kind", ["bart", "clip", "wav2vec2", "vit"])
def test_a_model_that_is_no_text_encoder_is_refused(kind, folder):
    change(folder / "config.json", model_type=kind)
    refused(folder, "no text encoder")


def test_quantized_weights_are_refused(folder):
    change(folder / "config.json", quantization_config={"quant_method": "bitsandbytes"})
    refused(folder, "its weights are quantized")


@pytest.mark.parametrize("values", [{"hidden_size": 30}, {"num_attention_heads": "four"}, {"vocab_size": -1}])
def test_a_configuration_that_makes_no_model_is_refused(values, folder):
    change(folder / "config.json", **values)
    refused(folder, "config.json: ")


def test_an_input_table_of_another_shape_is_refused(folder):
    change(folder / "config.json", hidden_size=64)
    refused(
        folder, r"input table '.*word_embeddings.weight' is \[\d+, 32\], and config.json makes it \[\d+, 64\]"
    )


@pytest.mark.parametrize("values", [{"num_hidden_layers": 3}, {"intermediate_size": 50}])
def test_weights_of_another_model_are_refused_when_they_are_read(values, folder):
    change(folder / "config.json", **values)
    with pytest.raises(VectorFileError, match="its weights"):
        opened(folder).build()


def test_weights_that_are_not_finite_are_refused(folder):
    weights = load_file(folder / "model.safetensors")
    weights["embeddings.LayerNorm.bias"][3] = torch.nan
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(VectorFileError, match=r"embeddings.LayerNorm.bias' holds a value that is not finite"):
        opened(folder).build()


def test_a_tokenizer_with_more_pieces_than_the_table_has_rows_is_refused(folder):
    byte_level().save(str(folder / "tokenizer.json"))
    refused(
        folder, r"tokenizer.json: does not fit the model: it has \d+ pieces, and the input table \d+ rows"
    )


def test_a_tokenizer_with_a_token_added_behind_the_table_is_refused(folder):
    path = folder / "tokenizer.json"
    tokenizer = json.loads(path.read_text())
    rows = len(tokenizer["model"]["vocab"])
    tokenizer["added_tokens"].append({**tokenizer["added_tokens"][0], "content": "[new]", "id": rows})
    path.write_text(json.dumps(tokenizer))
    refused(folder, "does not fit the model")


def test_a_tokenizer_with_a_small_part_of_the_pieces_is_refused(tmp_path):
    refused(save_model(tmp_path / "large", vocab_size=1000), "does not fit the model")


def test_a_table_with_some_rows_more_than_pieces_is_read(tmp_path):
    assert opened(save_model(tmp_path / "round", vocab_size=256)).build()


def test_padding_that_the_tokenizer_and_the_model_do_not_share_is_refused(folder):
    change(folder / "config.json", pad_token_id=3)
    refused(
        folder, r"tokenizer.json: does not fit the model: its padding '\[PAD\]' is piece 0, and the model's 3"
    )


@pytest.mark.parametrize(
    ("index", "said"),
    [
        ({}, "no `weight_map`"),
        ({"weight_map": {"a": 3}}, "no `weight_map`"),
        ({"weight_map": {"a": "../model.safetensors"}}, "no safetensors file beside it"),
        ({"weight_map": {"a": "pytorch_model.bin"}}, "no safetensors file beside it"),
        (
            {"weight_map": {"a": "model-2.safetensors"}},
            "names model-2.safetensors, which the folder does not hold",
        ),
    ],
)
def test_an_index_of_weights_that_names_no_files_here_is_refused(index, said, folder):
    (folder / "model.safetensors").unlink()
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    refused(folder, said)


def test_weights_in_several_files_are_read(folder):
    whole = opened(folder).build().state_dict()
    weights = load_file(folder / "model.safetensors")
    (folder / "model.safetensors").unlink()
    names = sorted(weights)
    parts = {"model-1.safetensors": names[::2], "model-2.safetensors": names[1::2]}
    for file, held in parts.items():
        save_file({name: weights[name] for name in held}, folder / file, metadata={"format": "pt"})
    index = {"metadata": {}, "weight_map": {name: file for file, held in parts.items() for name in held}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    read = opened(folder).build().state_dict()
    assert all(read[name].equal(whole[name]) for name in whole)


def test_more_pieces_than_the_model_has_positions_cannot_be_asked_for(folder):
    refused(folder, r"max_length of 65 is more .* \(allowed: 1 to 64\)", max_length=65)
    assert opened(folder, max_length=64).pieces(["joy " * 99]).lengths.tolist() == [64]


def test_a_length_without_room_for_a_piece_is_refused(folder):
    refused(folder, "leaves no room beside 2 special tokens", max_length=2)


def test_a_module_that_is_not_known_is_refused_with_the_nearest_one(folder):
    sentence(folder, "Poolling")
    refused(folder, "unknown module 'Poolling' - did you mean 'Pooling'")
    sentence(folder, "Pooling", "LSTM", **{"1_Pooling": pooling("mean_tokens")})
    refused(folder, r"unknown module 'LSTM' \(allowed: ")


@pytest.mark.parametrize(
    "entries",
    [{}, [], [{"type": "Transformer"}], ["Transformer"], [{"type": "Pooling", "path": ""}]],
)
def test_modules_in_another_form_are_refused(entries, folder):
    (folder / "modules.json").write_text(json.dumps(entries))
    refused(folder, "modules.json: ")


@pytest.mark.parametrize("inner", ["..", "../other", "/etc", "a/../../b", "c:/b", "..\\b"])
def test_a_module_outside_the_folder_is_refused(inner, folder):
    entries = modules("Pooling")
    entries[1]["path"] = inner
    (folder / "modules.json").write_text(json.dumps(entries))
    refused(folder, "outside the folder")


def test_a_pooling_without_its_file_is_refused(folder):
    sentence(folder, "Pooling")
    refused(folder, r"1_Pooling/config.json: cannot be read: No such file")


def test_a_pooling_that_names_none_or_an_unknown_one_is_refused(folder):
    sentence(folder, "Pooling", **{"1_Pooling": pooling()})
    refused(folder, "names no way of pooling")
    sentence(folder, "Pooling", **{"1_Pooling": {"pooling_mode": "means"}})
    refused(folder, "unknown pooling 'means' - did you mean 'mean'")


def test_pooled_vectors_of_another_width_than_states_are_refused(folder):
    sentence(folder, "Pooling", **{"1_Pooling": pooling("mean_tokens", "max_tokens")})
    refused(folder, "its pooled vectors have 64 dimensions and its states 32.*\n.*`pooling: mean`")
    assert opened(folder, pooling="mean").dim == 32


@pytest.mark.parametrize(
    ("dense", "said"),
    [
        ({"in_features": 16, "out_features": 32}, "takes 16 values, and gets 32"),
        ({"in_features": 32, "out_features": 8}, "pooled vectors have 8 dimensions"),
        ({"in_features": 32}, "no `in_features` and `out_features`"),
        ({"in_features": 32, "out_features": 32, "activation_function": "os.system"}, "unknown activation"),
    ],
)
def test_a_dense_layer_that_does_not_fit_is_refused(dense, said, folder):
    sentence(folder, "Pooling", "Dense", **{"1_Pooling": pooling("mean_tokens"), "2_Dense": dense})
    save_file({"linear.weight": torch.zeros(32, 32)}, folder / "2_Dense/model.safetensors")
    refused(folder, said)


def test_a_dense_layer_with_a_pickle_or_other_weights_is_refused(folder):
    dense = {"in_features": 32, "out_features": 32}
    sentence(folder, "Pooling", "Dense", **{"1_Pooling": pooling("mean_tokens"), "2_Dense": dense})
    (folder / "2_Dense/pytorch_model.bin").write_bytes(b"")
    refused(folder, "2_Dense: holds no model.safetensors; pickles are not read")
    save_file({"linear.weight": torch.zeros(32, 31)}, folder / "2_Dense/model.safetensors")
    with pytest.raises(VectorFileError, match="holds no linear layer from 32 to 32 values"):
        opened(folder).build()


def test_a_default_prompt_that_is_not_there_is_refused(folder):
    sentence(folder, "Pooling", **{"1_Pooling": pooling("mean_tokens")})
    path = folder / "config_sentence_transformers.json"
    path.write_text('{"prompts": {"query": "query: "}, "default_prompt_name": "passage"}')
    refused(folder, "has no prompt 'passage', its default")
