"""Tells which file may have been meant where a directory is given as a file of word vectors."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

ENDINGS = (".safetensors", ".bin", ".vec", ".npy", ".kv", ".model", ".txt", ".gz", ".bz2", ".xz", ".zst")
"""Endings of files that may hold word vectors. The content of a file decides its format, not its ending."""

NO_VECTORS = ("readme", "license", "licence", "requirements", "vocab", "merges", "metadata")
"""How the names of texts begin that come with models."""

LOOKED_AT = 1000
SHOWN = 5

SPACY = (
    "spaCy's vectors are in several files, which it alone reads. Write them out in Python: "
    "nlp = spacy.load(DIR); v = nlp.vocab.vectors; pathlib.Path('vectors.txt').write_text(''.join("
    "f'{nlp.vocab.strings[key]} {\" \".join(map(str, v.data[row]))}\\n' for key, row in v.key2row.items()), "
    "'utf-8')"
)


def files_meant(folder: Path) -> tuple[str, str | None]:
    """Return the error message for a directory, and a hint that names its files that may hold vectors.

    The hint is None if there are no such files.
    """
    what = "is a directory, where a file of word vectors is expected"
    try:
        if any((folder / below / "key2row").exists() for below in ("", "vocab")):
            return "is a directory of spaCy's, where a file of word vectors is expected", SPACY
        found = sorted(path for path in islice(_files(folder), LOOKED_AT) if _may_hold(path))
    except OSError:
        return what, None
    if not found:
        return what, None
    named = ", ".join(map(str, found[:SHOWN])) + (", …" if len(found) > SHOWN else "")
    return what, f"Name {'the file' if len(found) == 1 else 'one of the files'} in it: {named}"


def _files(folder: Path) -> Iterator[Path]:
    """Yield the files in a directory and in its subdirectories, as sentence-transformers nests them.

    Only one level of subdirectories is read.
    """
    for path in folder.iterdir():
        if path.is_dir():
            yield from (inner for inner in path.iterdir() if inner.is_file())
        elif path.is_file():
            yield path


def _may_hold(path: Path) -> bool:
    name = path.name.casefold()
    return name.endswith(ENDINGS) and not name.startswith((".", *NO_VECTORS))
