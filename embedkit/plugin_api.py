"""Everything that a plugin may import, and all that is promised to it.

Declarations, protocols, plain data and errors are light to import; what needs more is imported when it is
first used, so that a plugin's module stays cheap whatever it names at its top.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

from embedkit import interfaces
from embedkit.errors import (
    ComponentError,
    DataError,
    EmbedkitError,
    Fault,
    PluginError,
    RecipeError,
    RunError,
    TrainingError,
    VectorFileError,
    VocabularyError,
    nearest,
    shortened,
)
from embedkit.hookspecs import Register, hookimpl
from embedkit.interfaces.changes import ContractWarning, former_import

if TYPE_CHECKING:
    from embedkit.api import load, run
    from embedkit.files.compression import BZIP2, PLAIN, Compression, compression_of
    from embedkit.files.decoding import open_text
    from embedkit.files.digest import sha256
    from embedkit.files.opening import compression_of_file, head_of, open_bytes
    from embedkit.files.signatures import no_text, not_the_file
    from embedkit.files.storage import InMemory, OnDisk
    from embedkit.interfaces import (
        Baseline,
        BaselineState,
        BoolArray,
        ComponentOf,
        ComponentSource,
        Doc,
        Embedding,
        EmbeddingContext,
        Encoder,
        Example,
        ExplainableFit,
        FillContext,
        Filled,
        FittedBaseline,
        FloatArray,
        FunctionWords,
        HeldOutFit,
        InputFolder,
        InputPath,
        IntArray,
        KeepableTokenizer,
        Lookup,
        Metric,
        NameOf,
        NeedsTrust,
        OfTokenizerFile,
        OovPolicy,
        Pieces,
        Progress,
        Reader,
        RestorableBaseline,
        SequenceEncoder,
        StorableFit,
        SubwordSource,
        TaggedFunctionWords,
        Task,
        TextEncoder,
        TextEncoderContext,
        TextModel,
        TextNetwork,
        Tokenizer,
        VectorFormat,
        VectorRows,
        VectorSource,
        WordVectorFile,
        no_progress,
    )
    from embedkit.interfaces.contracts import check_lookup, check_unknown
    from embedkit.model.encoded_texts import EncodedTexts, encode_texts
    from embedkit.model.known_words import KnownWords
    from embedkit.model.memory import check_table
    from embedkit.model.pooling import masked_max, masked_mean, masked_sum
    from embedkit.recipe.build import make_component
    from embedkit.recipe.document import is_unicode
    from embedkit.text.cleaning import Lowercase, StopWords, clean
    from embedkit.text.normal_form import compose, decompose
    from embedkit.text.stopwords import stop_words
    from embedkit.text.tokenizer_match import tokenizer_file_of
    from embedkit.text.vocabulary import FIRST_WORD_ID, PAD, PAD_ID, UNK, UNK_ID
    from embedkit.vectors import open_vectors
    from embedkit.vectors.reading import Block

_NAMES_OF = {
    "embedkit.api": ("load", "run"),
    "embedkit.files.compression": ("BZIP2", "PLAIN", "Compression", "compression_of"),
    "embedkit.files.decoding": ("open_text",),
    "embedkit.files.digest": ("sha256",),
    "embedkit.files.opening": ("compression_of_file", "head_of", "open_bytes"),
    "embedkit.files.signatures": ("no_text", "not_the_file"),
    "embedkit.files.storage": ("InMemory", "OnDisk"),
    "embedkit.interfaces.arrays": ("BoolArray", "FloatArray", "IntArray"),
    "embedkit.interfaces.contracts": ("check_lookup", "check_unknown"),
    "embedkit.model.encoded_texts": ("EncodedTexts", "encode_texts"),
    "embedkit.model.known_words": ("KnownWords",),
    "embedkit.model.memory": ("check_table",),
    "embedkit.model.pooling": ("masked_max", "masked_mean", "masked_sum"),
    "embedkit.recipe.build": ("make_component",),
    "embedkit.recipe.document": ("is_unicode",),
    "embedkit.text.cleaning": ("Lowercase", "StopWords", "clean"),
    "embedkit.text.normal_form": ("compose", "decompose"),
    "embedkit.text.tokenizer_match": ("tokenizer_file_of",),
    "embedkit.text.stopwords": ("stop_words",),
    "embedkit.text.vocabulary": ("FIRST_WORD_ID", "PAD", "PAD_ID", "UNK", "UNK_ID"),
    "embedkit.vectors": ("open_vectors",),
    "embedkit.vectors.reading": ("Block",),
}
_HOME = dict.fromkeys(interfaces.__all__, "embedkit.interfaces")
_HOME |= {name: home for home, names in _NAMES_OF.items() for name in names}

__all__ = [
    "BZIP2",
    "FIRST_WORD_ID",
    "PAD",
    "PAD_ID",
    "PLAIN",
    "UNK",
    "UNK_ID",
    "Baseline",
    "BaselineState",
    "Block",
    "BoolArray",
    "ComponentError",
    "ComponentOf",
    "ComponentSource",
    "Compression",
    "ContractWarning",
    "DataError",
    "Doc",
    "Embedding",
    "EmbeddingContext",
    "EmbedkitError",
    "EncodedTexts",
    "Encoder",
    "Example",
    "ExplainableFit",
    "Fault",
    "FillContext",
    "Filled",
    "FittedBaseline",
    "FloatArray",
    "FunctionWords",
    "HeldOutFit",
    "InMemory",
    "InputFolder",
    "InputPath",
    "IntArray",
    "KeepableTokenizer",
    "KnownWords",
    "Lookup",
    "Lowercase",
    "Metric",
    "NameOf",
    "NeedsTrust",
    "OfTokenizerFile",
    "OnDisk",
    "OovPolicy",
    "Pieces",
    "PluginError",
    "Progress",
    "Reader",
    "RecipeError",
    "Register",
    "RestorableBaseline",
    "RunError",
    "SequenceEncoder",
    "StopWords",
    "StorableFit",
    "SubwordSource",
    "TaggedFunctionWords",
    "Task",
    "TextEncoder",
    "TextEncoderContext",
    "TextModel",
    "TextNetwork",
    "Tokenizer",
    "TrainingError",
    "VectorFileError",
    "VectorFormat",
    "VectorRows",
    "VectorSource",
    "VocabularyError",
    "WordVectorFile",
    "check_lookup",
    "check_table",
    "check_unknown",
    "clean",
    "compose",
    "compression_of",
    "compression_of_file",
    "decompose",
    "encode_texts",
    "head_of",
    "hookimpl",
    "is_unicode",
    "load",
    "make_component",
    "masked_max",
    "masked_mean",
    "masked_sum",
    "nearest",
    "no_progress",
    "no_text",
    "not_the_file",
    "open_bytes",
    "open_text",
    "open_vectors",
    "run",
    "sha256",
    "shortened",
    "stop_words",
    "tokenizer_file_of",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        return getattr(sys.modules[__name__], former_import(name))
    return getattr(importlib.import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
