"""Vectors of pieces of words go with the tokenizer that cuts such pieces, and with no other."""

from __future__ import annotations

from pathlib import Path

from embedkit.errors import Fault, RecipeError
from embedkit.files.digest import sha256
from embedkit.interfaces import OfTokenizerFile, Tokenizer, VectorSource


def tokenizer_file_of(component: object) -> Path | None:
    """The `tokenizer.json` that a tokenizer follows, or whose pieces a source's words are; None for most."""
    return component.tokenizer_file if isinstance(component, OfTokenizerFile) else None


def check_pieces(source: VectorSource, tokenizer: Tokenizer) -> None:
    """Raise RecipeError where the words of `source` are pieces of a file that `tokenizer` does not follow.

    Files are compared by their SHA-256, so that a copy will do.
    """
    needed, followed = tokenizer_file_of(source), tokenizer_file_of(tokenizer)
    if needed is None or (followed is not None and sha256(followed) == sha256(needed)):
        return
    other = f"follows '{followed}', which is another file" if followed else "cuts texts otherwise"
    what = f"the vectors are of the pieces of '{needed}', and this tokenizer {other}"
    hint = f"Write: tokenizer: {{use: tokenizers, path: '{needed}'}}"
    raise RecipeError(Fault(what, where="tokenizer", hint=hint))
