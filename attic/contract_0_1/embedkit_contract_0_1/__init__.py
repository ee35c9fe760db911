"""A plugin that uses all of contract 0.1. Some classes are registered directly, others by name."""

from embedkit.plugin_api import Register, hookimpl
from embedkit_contract_0_1.metric import Disagreement
from embedkit_contract_0_1.texts import Lines, Words

NAME = "contract-0-1"


@hookimpl
def register_readers(register: Register) -> None:
    """Register a reader of lines."""
    register(NAME, Lines)


@hookimpl
def register_tokenizers(register: Register) -> None:
    """Register a tokenizer that follows a file."""
    register(NAME, Words)


@hookimpl
def register_embeddings(register: Register) -> None:
    """Register an embedding around another."""
    register(NAME, f"{__name__}.vectors:Around")


@hookimpl
def register_text_encoders(register: Register) -> None:
    """Register a text encoder of letters."""
    register(f"{NAME}-letters", f"{__name__}.pieces:Letters")


@hookimpl
def register_oov_policies(register: Register) -> None:
    """Register a policy for some words, and one for all."""
    register(NAME, f"{__name__}.policies:Subwords")
    register(f"{NAME}-total", f"{__name__}.policies:Mean")


@hookimpl
def register_encoders(register: Register) -> None:
    """Register an encoder around others, and one of pooled vectors."""
    register(NAME, f"{__name__}.encoder:Scaled")
    register(f"{NAME}-pooled", f"{__name__}.encoder:First")


@hookimpl
def register_metrics(register: Register) -> None:
    """Register a metric for all tasks."""
    register(NAME, Disagreement)


@hookimpl
def register_baselines(register: Register) -> None:
    """Register a baseline that can be stored, loaded and explained."""
    register(NAME, f"{__name__}.baseline:Counts")


@hookimpl
def register_vector_formats(register: Register) -> None:
    """Register a format of two files."""
    register(NAME, f"{__name__}.formats:TwoFiles")
