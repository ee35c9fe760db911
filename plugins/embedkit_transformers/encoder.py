"""`transformers`: the keys of the text encoder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from annotated_types import Gt

from embedkit.plugin_api import Doc, Fault, InputFolder, TextEncoderContext, VectorFileError

if TYPE_CHECKING:
    from embedkit_transformers.pretrained import PretrainedModel

MISSING = Fault(
    "the package transformers is not installed",
    where="embedding",
    hint="Install it: pip install transformers",
)


class Transformers:
    """A pretrained model of the package transformers, with its own tokenizer and its own pooling.

    Needs `pip install transformers`. Reads the folder of a model: `config.json`, weights in safetensors,
    `tokenizer.json`, and the files in which sentence-transformers (Reimers and Gurevych 2019) says how texts
    are cut and pooled, if there are any. Weights in pickles and code in the folder are never run.
    """

    def __init__(
        self,
        *,
        path: Annotated[InputFolder, Doc("the folder of the model")],
        pooling: Annotated[
            Literal["mean", "cls", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"] | None,
            Doc(
                "how the states of a text become one vector; null: as the model's own sentence-transformers "
                "configuration says, with what follows there, or else the mean"
            ),
        ] = None,
        normalize: Annotated[
            bool | None, Doc("whether pooled vectors have length 1; null: as the model's configuration says")
        ] = None,
        max_length: Annotated[
            int | None,
            Gt(0),
            Doc(
                "pieces of a text that are read, special tokens included; null: as the model's configuration "
                "says, or else as many as it has positions"
            ),
        ] = None,
        prompt: Annotated[
            str | None,
            Doc(
                "what the model reads before every text, such as `query: `; null: the default prompt of the "
                "model's configuration, if it has one"
            ),
        ] = None,
    ) -> None:
        self.path = path
        self.pooling = pooling
        self.normalize = normalize
        self.max_length = max_length
        self.prompt = prompt

    def open(self, context: TextEncoderContext) -> PretrainedModel:  # noqa: ARG002
        """Open the model: everything is checked but the values of its weights.

        Raises VectorFileError if transformers is not installed, or for files that are not valid.
        """
        try:
            import tokenizers  # noqa: F401
            import transformers  # noqa: F401
        except ImportError as error:
            raise VectorFileError(MISSING) from error
        from embedkit_transformers.pretrained import open_model
        from embedkit_transformers.sentence import Overrides

        overrides = Overrides(self.pooling, self.normalize, self.max_length, self.prompt)
        return open_model(Path(self.path), overrides)
