"""The recipe keys that all of these embeddings take, with their descriptions."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge

from embedkit.plugin_api import Doc, InputPath

Path = Annotated[InputPath, Doc("the file; what it holds counts, not how it is called")]
Errors = Annotated[
    Literal["strict", "replace"],
    Doc("words that are not UTF-8: refuse the file, or put U+FFFD for the wrong bytes"),
]
Limit = Annotated[
    Annotated[int, Ge(1)] | None, Doc("read only so many vectors from the beginning of the file")
]
