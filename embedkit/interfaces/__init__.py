"""What a component is: the protocols that plugins satisfy, and the plain data that passes between them.

Shapes are written `[B, T]`: B texts in a batch, T tokens, D dimensions of a word vector, H of an encoded
text, V rows of the embedding table, C classes.

A component is a plain class. Its constructor takes exactly the keys a recipe may give, annotated, and
only stores them; its one method takes what exists at run time. Parameters are documented and
bounded in their annotations, e.g. `Annotated[int, Gt(0), Doc("width of the hidden state")]`.
"""

from typing import TYPE_CHECKING, Any

from embedkit.interfaces.annotations import ComponentOf, InputFolder, InputPath, NameOf, NeedsTrust
from embedkit.interfaces.models import (
    Baseline,
    BaselineState,
    Encoder,
    ExplainableFit,
    FittedBaseline,
    Metric,
    RestorableBaseline,
    SequenceEncoder,
    StorableFit,
    Task,
)
from embedkit.interfaces.text_encoders import Pieces, TextEncoder, TextEncoderContext, TextModel, TextNetwork
from embedkit.interfaces.texts import (
    Example,
    FunctionWords,
    KeepableTokenizer,
    OfTokenizerFile,
    Reader,
    TaggedFunctionWords,
    Tokenizer,
)
from embedkit.interfaces.vector_files import VectorFormat, VectorRows, WordVectorFile
from embedkit.interfaces.vectors import (
    ComponentSource,
    Embedding,
    EmbeddingContext,
    FillContext,
    Filled,
    HeldOutFit,
    Lookup,
    OovPolicy,
    Progress,
    SubwordSource,
    VectorSource,
    no_progress,
)

if TYPE_CHECKING:
    from typing_extensions import Doc as Doc

    from embedkit.interfaces.arrays import BoolArray as BoolArray
    from embedkit.interfaces.arrays import FloatArray as FloatArray
    from embedkit.interfaces.arrays import IntArray as IntArray

__all__ = [
    "Baseline",
    "BaselineState",
    "ComponentOf",
    "ComponentSource",
    "Doc",
    "Embedding",
    "EmbeddingContext",
    "Encoder",
    "Example",
    "ExplainableFit",
    "FillContext",
    "Filled",
    "FittedBaseline",
    "FunctionWords",
    "HeldOutFit",
    "InputFolder",
    "InputPath",
    "KeepableTokenizer",
    "Lookup",
    "Metric",
    "NameOf",
    "NeedsTrust",
    "OfTokenizerFile",
    "OovPolicy",
    "Pieces",
    "Progress",
    "Reader",
    "RestorableBaseline",
    "SequenceEncoder",
    "StorableFit",
    "SubwordSource",
    "TaggedFunctionWords",
    "Task",
    "TextEncoder",
    "TextEncoderContext",
    "TextModel",
    "TextNetwork",
    "Tokenizer",
    "VectorFormat",
    "VectorRows",
    "VectorSource",
    "WordVectorFile",
    "no_progress",
]


def __getattr__(name: str) -> Any:
    if name != "Doc":
        raise AttributeError(f"module 'embedkit.interfaces' has no attribute '{name}'")
    from typing_extensions import Doc  # only when it is used: importing it takes long

    return Doc
