"""The recipe keys that all of these embeddings take, with their descriptions."""

from __future__ import annotations

from typing import Annotated, Literal

from annotated_types import Ge

from embedkit.plugin_api import Doc, InputPath

Path = Annotated[InputPath, Doc("the file; its format is detected from the content, not the name")]
Errors = Annotated[
    Literal["strict", "replace"],
    Doc("invalid UTF-8 in words: `strict` refuses the file, `replace` puts U+FFFD for the invalid bytes"),
]
Limit = Annotated[
    Annotated[int, Ge(1)] | None, Doc("read only so many vectors of the file, from its beginning; null: all")
]
