"""Paths of NLTK's data, so that cached tokens are used only as long as the data are unchanged."""

from __future__ import annotations

from pathlib import Path


def stop_word_files(stop_words: str | None) -> list[Path]:
    """Return the files of the stop word corpus, or none if `stop_words` is None."""
    return [] if stop_words is None else resource_files("corpora/stopwords")


def resource_files(name: str) -> list[Path]:
    """Return the installed folder and archive of a resource such as `corpora/stopwords`.

    NLTK may read either.
    """
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
