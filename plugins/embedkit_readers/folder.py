"""A folder for each label, with a file for each text."""

# No `from __future__ import annotations`: see labelled.py.
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from embedkit.plugin_api import DataError, Doc, Fault, InputFolder, open_text
from embedkit_readers.labelled import LabelledFile, Row
from embedkit_readers.lines import LONGEST_LINE

SYSTEM_FILES = ("Thumbs.db", "desktop.ini")
"""Files that Windows puts into folders; on other systems such files begin with a dot."""


@dataclass(frozen=True, kw_only=True)
class FolderReader(LabelledFile):
    """A folder with a folder for each label, named so, which has a text file for each text."""

    path: Annotated[InputFolder, Doc("the folder that has a folder for each label")]
    encoding: Annotated[str, Doc("the files' character encoding, under any of Python's names")] = "utf-8"

    def _rows(self) -> Iterator[Row]:
        """Yield the texts label by label, and of each label by the names of the files."""
        labels = [each for each in self._entries(Path(self.path)) if each.is_dir()]
        if not labels:
            hint = "Each label is a folder in it, and each text a file in that folder."
            raise DataError(Fault("has no folder with texts", self.path, hint=hint))
        for label in labels:
            for file in self._entries(label):
                if file.is_dir():
                    hint = f"Texts are files of a label's folder; is `path` '{label}'?"
                    raise DataError(Fault("is a folder in the folder of a label", str(file), hint=hint))
                yield Row(str(file), self._text(file), label.name)

    def _entries(self, folder: Path) -> list[Path]:
        """Return what is in the folder, sorted by name, without hidden files."""
        try:
            names = sorted(entry.name for entry in folder.iterdir())
        except OSError as error:
            raise DataError(Fault(f"cannot be read: {error.strerror}", str(folder))) from error
        return [folder / name for name in names if not name.startswith(".") and name not in SYSTEM_FILES]

    def _text(self, file: Path) -> str:
        """Return the text of a file, without a byte order mark and the line end behind it."""
        with open_text(str(file), self.encoding) as opened:
            text: str = opened.read(LONGEST_LINE)
        if len(text) == LONGEST_LINE:
            what = f"the text is longer than {LONGEST_LINE - 1:,} characters"
            raise DataError(Fault(what, str(file)))
        return text.lstrip("\ufeff").removesuffix("\n").removesuffix("\r")
