"""A reader and a tokenizer."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from annotated_types import Ge, MinLen

from embedkit.plugin_api import (
    DataError,
    Doc,
    Example,
    Fault,
    InputFolder,
    InputPath,
    NameOf,
    NeedsTrust,
    head_of,
    no_text,
    open_text,
)


class Lines:
    """Lines of label, group and text between tabs, and the files of a folder without labels."""

    runs_code = False

    def __init__(
        self,
        path: Annotated[InputPath, Doc("the lines")],
        *,
        folder: Annotated[InputFolder | None, Doc("a folder of further texts")] = None,
        encoding: Annotated[str, MinLen(1), Doc("of the files")] = "utf-8",
        labels: Annotated[Mapping[str, str], Doc("new labels by those in the file")] = {},
        evaluated: Annotated[NeedsTrust, Doc("whether code in the file runs")] = False,
    ) -> None:
        self.path = path
        self.folder = folder
        self.encoding = encoding
        self.labels = labels
        self.evaluated = evaluated

    def check(self) -> Iterator[Fault | str]:
        """Yield a fault for an empty new label."""
        for label, new in self.labels.items():
            if not new:
                yield Fault(f"the new label of '{label}' is empty", where="labels")

    def read(self) -> Iterable[Example]:
        """Yield the examples of the lines, then those of the folder."""
        fault = no_text(head_of(self.path), self.path)
        if fault:
            raise DataError(fault)
        number = 0
        with open_text(self.path, self.encoding) as file:
            for number, line in enumerate(file, 1):
                label, group, text = line.rstrip("\n").split("\t")
                text = str(eval(text)) if self.evaluated else text
                yield Example(number, text, self.labels.get(label, label), group=group or None)
        for extra, file in enumerate(sorted(Path(self.folder).iterdir()) if self.folder else (), number + 1):
            yield Example(id=extra, text=file.read_text(self.encoding), label="good")


class Words:
    """Words between white space, by rules in a file: the characters that are removed from words."""

    def __init__(
        self,
        *,
        rules: Annotated[InputPath, Doc("characters to remove")],
        case: Annotated[Literal["lower", "as-is"], Doc("of the tokens")] = "lower",
        shortest: Annotated[int, Ge(1), Doc("characters of a token")] = 1,
        like: Annotated[str, NameOf("tokenizer"), Doc("a tokenizer to be named")] = "whitespace",
    ) -> None:
        self.rules = rules
        self.case = case
        self.shortest = shortest
        self.like = like

    @property
    def tokenizer_file(self) -> Path | None:
        """Return the rules, which the vectors are of as well."""
        return Path(self.rules)

    def depends_on(self) -> Sequence[Path]:
        """Return the rules."""
        return [Path(self.rules)]

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the tokens of each text."""
        removed = str.maketrans("", "", Path(self.rules).read_text("utf-8").strip())
        words = [map(self._cased, self._split(text.translate(removed))) for text in texts]
        return [[word for word in some if len(word) >= self.shortest] for some in words]

    def _split(self, text: str) -> list[str]:
        return text.split() if self.like == "whitespace" else text.split(" ")

    def _cased(self, word: str) -> str:
        return word.lower() if self.case == "lower" else word
