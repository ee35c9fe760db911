"""Subword vectors need the tokenizer that produces these subwords: check that both use the same file."""

from __future__ import annotations

from pathlib import Path

from embedkit.errors import Fault, RecipeError
from embedkit.files.digest import sha256
from embedkit.interfaces import OfTokenizerFile, Tokenizer, VectorSource


def tokenizer_file_of(component: object) -> Path | None:
    """Return the `tokenizer.json` of a tokenizer or a source of subword vectors; None if it has none."""
    return component.tokenizer_file if isinstance(component, OfTokenizerFile) else None


def check_pieces(source: VectorSource, tokenizer: Tokenizer) -> None:
    """Raise RecipeError if the vectors in `source` are of subwords that `tokenizer` does not produce.

    Their tokenizer files are compared by SHA-256, so a copy of the file is accepted.
    """
    needed, followed = tokenizer_file_of(source), tokenizer_file_of(tokenizer)
    if needed is None or (followed is not None and sha256(followed) == sha256(needed)):
        return
    other = f"follows '{followed}', which is another file" if followed else "cuts texts otherwise"
    what = f"the vectors are of the pieces of '{needed}', and this tokenizer {other}"
    hint = f"Write: tokenizer: {{use: tokenizers, path: '{needed}'}}"
    raise RecipeError(Fault(what, where="tokenizer", hint=hint))
