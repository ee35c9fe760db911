"""Where NLTK's data are, so that tokens are kept no longer than these stay as they are."""

from __future__ import annotations

from pathlib import Path


def stop_word_files(stop_words: str | None) -> list[Path]:
    """The corpus of stop words, where these are left out."""
    return [] if stop_words is None else resource_files("corpora/stopwords")


def resource_files(name: str) -> list[Path]:
    """The folder and the archive of a resource such as `corpora/stopwords`, of which NLTK may read either."""
    from nltk import data

    found = []
    for candidate in (name, f"{name}.zip"):
        try:
            place = data.find(candidate)
        except (LookupError, OSError, ValueError):  # what is not installed, tokenizing tells of
            continue
        inside = isinstance(place, data.ZipFilePathPointer)
        found.append(Path(place.zipfile.filename if inside else place.path))
    return found
