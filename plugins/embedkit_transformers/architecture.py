"""The class of a pretrained model in the package transformers, and its network with the weights of a file."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from torch import nn

from embedkit.plugin_api import Fault, VectorFileError, nearest, not_the_file
from embedkit_transformers.files import ModelFiles, read_json

SHOWN = 3
"""Tensors that a message names."""


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers from writing on the screen, and leave its settings as they were."""
    from transformers.utils import logging

    level, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity(logging.CRITICAL)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable_progress_bar()
        try:
            yield
        finally:
            logging.set_verbosity(level)
            if bars:
                logging.enable_progress_bar()


@dataclass(frozen=True)
class Architecture:
    """A configuration, the class it belongs to, and what follows from both.

    `dim` is D, the width of states; `rows` are those of the input table; `positions` is the number of pieces
    that can be read, None if it has no limit.
    """

    config: Any
    model_class: Any
    dim: int
    rows: int
    positions: int | None

    @property
    def pad_id(self) -> int | None:
        """Return the id of padding, None if the configuration has none."""
        pad = getattr(self.config, "pad_token_id", None)
        return pad if isinstance(pad, int) and 0 <= pad < self.rows else None


def read_architecture(files: ModelFiles) -> Architecture:
    """Read the configuration, and check it against the heads of the weights.

    Raises VectorFileError for a model that transformers does not know or that does not encode texts, and for
    weights that are no safetensors.
    """
    with quiet():
        config = _config(files)
        model_class = _class_of(config, files)
        outline = _outline(model_class, config, files)
    table, dim = _input_table(outline), getattr(config, "hidden_size", None)
    if table is None or not isinstance(dim, int):
        raise _no_text_encoder(config, files)
    _check_table(files, outline, table)
    return Architecture(config, model_class, dim, table.num_embeddings, _positions(outline, config))


def _config(files: ModelFiles) -> Any:
    from transformers import AutoConfig
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES

    where, read = str(files.config), read_json(files.config)
    kind = read.get("model_type")
    if not isinstance(kind, str):
        raise VectorFileError(Fault("names no `model_type`: it is not the configuration of a model", where))
    if kind not in CONFIG_MAPPING_NAMES:
        hint = "A newer transformers may know it."
        if "auto_map" in read:
            hint = "It needs the code in its folder, which is never run."
        what = f"transformers knows no model_type '{kind}'"
        raise VectorFileError(Fault(what, where, nearest(kind, CONFIG_MAPPING_NAMES), hint=hint))
    if "quantization_config" in read:
        what = "its weights are quantized, which is not read: 32-bit and 16-bit weights are"
        raise VectorFileError(Fault(what, where))
    try:
        return AutoConfig.from_pretrained(files.folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:  # configurations check themselves, each in its own way
        raise VectorFileError(Fault(f"is not the configuration of a {kind} model: {error}", where)) from error


def _class_of(config: Any, files: ModelFiles) -> Any:
    """Return the class of the model. Raises VectorFileError if it does not make states of pieces of texts."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_TEXT_ENCODING_MAPPING, MODEL_MAPPING

    encodes = type(config) in MODEL_FOR_TEXT_ENCODING_MAPPING
    found = (MODEL_FOR_TEXT_ENCODING_MAPPING if encodes else MODEL_MAPPING).get(type(config), None)
    whole = not encodes and getattr(config, "is_encoder_decoder", False)
    if found is None or whole or not _reads_pieces(found):
        raise _no_text_encoder(config, files)
    return found


def _reads_pieces(model_class: Any) -> bool:
    takes = inspect.signature(model_class.forward).parameters
    return (
        model_class.main_input_name == "input_ids"
        and "attention_mask" in takes
        and "pixel_values" not in takes
    )


def _no_text_encoder(config: Any, files: ModelFiles) -> VectorFileError:
    return VectorFileError(Fault(f"a {config.model_type} model is no text encoder", where=str(files.config)))


def _outline(model_class: Any, config: Any, files: ModelFiles) -> Any:
    """Return the network without memory for its weights. Raises VectorFileError if there is no such one."""
    try:
        with torch.random.fork_rng(devices=[]), torch.device("meta"):
            return model_class(config, **_arguments(model_class))
    except Exception as error:  # each architecture checks its configuration in its own way
        what = f"makes no {model_class.__name__}: {error}"
        raise VectorFileError(Fault(what, where=str(files.config))) from error


def _input_table(outline: Any) -> nn.Embedding | None:
    """Return the embeddings of pieces, None if the model has none."""
    try:
        table = outline.get_input_embeddings()
    except (NotImplementedError, AttributeError):
        return None
    return table if isinstance(table, nn.Embedding) else None


def _arguments(model_class: Any) -> dict[str, bool]:
    """Return the arguments of the class: no pooling layer, which only pretraining and classifiers use."""
    known = inspect.signature(model_class.__init__).parameters
    return {"add_pooling_layer": False} if "add_pooling_layer" in known else {}


def _positions(outline: nn.Module, config: Any) -> int | None:
    """Return how many pieces have a position, None if there is no limit.

    Models after RoBERTa count the positions from behind that of padding.
    """
    longest = getattr(config, "max_position_embeddings", None)
    if not isinstance(longest, int) or longest <= 0:
        return None
    for name, module in outline.named_modules():
        if name.endswith("position_embeddings") and isinstance(module, nn.Embedding):
            return longest - (0 if module.padding_idx is None else module.padding_idx + 1)
    return longest


def _check_table(files: ModelFiles, outline: nn.Module, table: nn.Embedding) -> None:
    """Raise VectorFileError if the weights cannot be read, or their input table has another shape."""
    name = next(name for name, module in outline.named_modules() if module is table) + ".weight"
    wanted = [*table.weight.shape]
    for path in files.weights:
        try:
            with safe_open(path, "pt") as file:
                found = next((key for key in file.keys() if f".{key}".endswith(f".{name}")), None)  # noqa: SIM118
                shape = None if found is None else file.get_slice(found).get_shape()
        except (SafetensorError, OSError) as error:
            raise VectorFileError(_unreadable(path, error)) from error
        if shape is not None and shape != wanted:
            what = f"its input table '{found}' is {shape}, and {files.config.name} makes it {wanted}"
            raise VectorFileError(Fault(what, where=str(path)))


def _unreadable(path: Any, error: Exception) -> Fault:
    with path.open("rb") as file:
        fault = not_the_file(file.read(1024), str(path))
    return fault or Fault(f"is not a safetensors file: {error}", where=str(path))


def load(architecture: Architecture, files: ModelFiles) -> nn.Module:
    """Return the network with the weights of the files, float32, in evaluation mode.

    The states of random generators are left as they are. Raises VectorFileError for weights of another model.
    """
    with quiet(), torch.random.fork_rng(devices=[]):
        try:
            model, found = architecture.model_class.from_pretrained(
                files.folder,
                config=architecture.config,
                dtype=torch.float32,
                use_safetensors=True,
                local_files_only=True,
                output_loading_info=True,
                **_arguments(architecture.model_class),
            )
        except (RuntimeError, ValueError, OSError, KeyError, SafetensorError) as error:
            what = f"its weights are not those of its {files.config.name}: {error}"
            raise VectorFileError(Fault(what, where=str(files.folder))) from error
    _check_complete(files, sorted(found["missing_keys"]))
    network: nn.Module = model.eval()
    _check_finite(files, network)
    return network


def _check_complete(files: ModelFiles, missing: list[str]) -> None:
    if missing:
        named = ", ".join(missing[:SHOWN]) + (" …" if len(missing) > SHOWN else "")
        what = f"its weights lack {len(missing)} tensors of the model that {files.config.name} names: {named}"
        raise VectorFileError(Fault(what, where=str(files.folder)))


def _check_finite(files: ModelFiles, network: nn.Module) -> None:
    for name, weight in network.named_parameters():
        if not torch.isfinite(weight).all():
            what = f"its weight '{name}' holds a value that is not finite"
            raise VectorFileError(Fault(what, where=str(files.folder)))
