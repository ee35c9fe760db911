"""What a component is: the protocols that plugins satisfy, and the plain data that passes between them.

Shapes are written `[B, T]`: B texts in a batch, T tokens, D dimensions of a word vector, H of an encoded
text, V rows of the embedding table, C classes.

A component is a plain class. Its constructor takes exactly the keys a recipe may give, annotated, and
only stores them; its one method takes what exists at run time. Parameters are documented and
bounded in their annotations, e.g. `Annotated[int, Gt(0), Doc("width of the hidden state")]`.

Everything here is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typing_extensions import Doc as Doc

    from embedkit.interfaces.annotations import ComponentOf as ComponentOf
    from embedkit.interfaces.annotations import InputFolder as InputFolder
    from embedkit.interfaces.annotations import InputPath as InputPath
    from embedkit.interfaces.annotations import NameOf as NameOf
    from embedkit.interfaces.annotations import NeedsTrust as NeedsTrust
    from embedkit.interfaces.arrays import BoolArray as BoolArray
    from embedkit.interfaces.arrays import FloatArray as FloatArray
    from embedkit.interfaces.arrays import IntArray as IntArray
    from embedkit.interfaces.models import Baseline as Baseline
    from embedkit.interfaces.models import BaselineState as BaselineState
    from embedkit.interfaces.models import Encoder as Encoder
    from embedkit.interfaces.models import ExplainableFit as ExplainableFit
    from embedkit.interfaces.models import FittedBaseline as FittedBaseline
    from embedkit.interfaces.models import Metric as Metric
    from embedkit.interfaces.models import RestorableBaseline as RestorableBaseline
    from embedkit.interfaces.models import SequenceEncoder as SequenceEncoder
    from embedkit.interfaces.models import StorableFit as StorableFit
    from embedkit.interfaces.tasks import Task as Task
    from embedkit.interfaces.text_encoders import Pieces as Pieces
    from embedkit.interfaces.text_encoders import TextEncoder as TextEncoder
    from embedkit.interfaces.text_encoders import TextEncoderContext as TextEncoderContext
    from embedkit.interfaces.text_encoders import TextModel as TextModel
    from embedkit.interfaces.text_encoders import TextNetwork as TextNetwork
    from embedkit.interfaces.texts import Example as Example
    from embedkit.interfaces.texts import FunctionWords as FunctionWords
    from embedkit.interfaces.texts import KeepableTokenizer as KeepableTokenizer
    from embedkit.interfaces.texts import OfTokenizerFile as OfTokenizerFile
    from embedkit.interfaces.texts import Reader as Reader
    from embedkit.interfaces.texts import TaggedFunctionWords as TaggedFunctionWords
    from embedkit.interfaces.texts import Tokenizer as Tokenizer
    from embedkit.interfaces.vector_files import VectorFormat as VectorFormat
    from embedkit.interfaces.vector_files import VectorRows as VectorRows
    from embedkit.interfaces.vector_files import WordVectorFile as WordVectorFile
    from embedkit.interfaces.vectors import ComponentSource as ComponentSource
    from embedkit.interfaces.vectors import Embedding as Embedding
    from embedkit.interfaces.vectors import EmbeddingContext as EmbeddingContext
    from embedkit.interfaces.vectors import FillContext as FillContext
    from embedkit.interfaces.vectors import Filled as Filled
    from embedkit.interfaces.vectors import HeldOutFit as HeldOutFit
    from embedkit.interfaces.vectors import Lookup as Lookup
    from embedkit.interfaces.vectors import OovPolicy as OovPolicy
    from embedkit.interfaces.vectors import Progress as Progress
    from embedkit.interfaces.vectors import SubwordSource as SubwordSource
    from embedkit.interfaces.vectors import VectorSource as VectorSource
    from embedkit.interfaces.vectors import no_progress as no_progress

_NAMES_OF = {
    "annotations": (
        "ComponentOf",
        "InputFolder",
        "InputPath",
        "NameOf",
        "NeedsTrust",
    ),
    "models": (
        "Baseline",
        "BaselineState",
        "Encoder",
        "ExplainableFit",
        "FittedBaseline",
        "Metric",
        "RestorableBaseline",
        "SequenceEncoder",
        "StorableFit",
    ),
    "tasks": ("Task",),
    "text_encoders": (
        "Pieces",
        "TextEncoder",
        "TextEncoderContext",
        "TextModel",
        "TextNetwork",
    ),
    "texts": (
        "Example",
        "FunctionWords",
        "KeepableTokenizer",
        "OfTokenizerFile",
        "Reader",
        "TaggedFunctionWords",
        "Tokenizer",
    ),
    "vector_files": (
        "VectorFormat",
        "VectorRows",
        "WordVectorFile",
    ),
    "vectors": (
        "ComponentSource",
        "Embedding",
        "EmbeddingContext",
        "FillContext",
        "Filled",
        "HeldOutFit",
        "Lookup",
        "OovPolicy",
        "Progress",
        "SubwordSource",
        "VectorSource",
        "no_progress",
    ),
}
_HOME = {name: f"embedkit.interfaces.{module}" for module, names in _NAMES_OF.items() for name in names}
_HOME["Doc"] = "typing_extensions"

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'embedkit.interfaces' has no attribute '{name}'")
    return getattr(importlib.import_module(_HOME[name]), name)
