"""Base classes of file readers: their keys, the numbering of rows, and the conversion of rows to examples.

The readers are dataclasses, so that one declaration of a key is its annotation, its default and its place in
the constructor. A constructor is inspected for its annotations; they are evaluated here, in the module that
declares them, rather than postponed: postponed ones would be looked up in the module of each subclass.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, NamedTuple

from embedkit.plugin_api import DataError, Doc, Example, Fault, InputPath, compose
from embedkit_readers.values import group_of, label_of, text_of


class Row(NamedTuple):
    """A row before conversion: `where` names it in errors, `label` is meaningless in unlabelled data.

    `group` is None without groups.
    """

    where: str
    text: object
    label: object
    group: object = None


@dataclass(frozen=True, kw_only=True)
class LabelledFile(ABC):
    """A file of texts, each with a label."""

    path: Annotated[InputPath, Doc("the file to read")]
    nfc: Annotated[
        bool, Doc("convert texts and labels to composed Unicode (NFC), so that `é` is always one character")
    ] = True
    label_map: Annotated[
        Mapping[str, str | None] | None,
        Doc(
            "the label to use for each label of the file, each of which it must have; `null` as the "
            "new label drops the rows; null: the labels of the file"
        ),
    ] = None

    strip: Annotated[bool, Doc("remove white space around labels")] = False

    def read(self) -> Iterator[Example]:
        """Yield an example for each row that `label_map` does not leave out; ids are row numbers, from 1.

        Raises DataError, naming the row, if one is malformed.
        """
        for number, row in enumerate(self._rows(), start=1):
            label = self._label(row) if self._labelled else None
            if label is None and self._labelled:
                continue
            text, group = text_of(row.text, row.where), group_of(row.group, row.where)
            yield Example(number, self._normal(text), label, group and self._normal(group))

    @abstractmethod
    def _rows(self) -> Iterator[Row]:
        """Yield the rows of the file in order."""

    @property
    def _labelled(self) -> bool:
        return True

    def _normal(self, string: str) -> str:
        return compose(string) if self.nfc else string

    def _label(self, row: Row) -> str | None:
        """Return the row's label as mapped by `label_map`, or None if the row is left out.

        A list of labels becomes one label: a JSON list of the labels that the map does not leave out.
        """
        if not isinstance(row.label, list | tuple):
            return self._mapped(row.label, row.where)
        labels = [self._mapped(label, row.where) for label in row.label]
        return json.dumps([label for label in labels if label is not None], ensure_ascii=False)

    def _mapped(self, value: object, where: str) -> str | None:
        """Return one label as mapped by `label_map`, or None if the map leaves it out.

        Raises DataError for a label that the map lacks.
        """
        label = self._normal(label_of(value, where))
        label = label.strip() if self.strip else label
        if self.label_map is None:
            return label
        if label not in self._map:
            hint = "`label_map` must name every label of the file."
            raise DataError(Fault.unknown("label", label, self._map, where=where, hint=hint))
        return self._map[label]

    @cached_property
    def _map(self) -> Mapping[str, str | None]:
        pairs = (self.label_map or {}).items()
        normal = {self._normal(source): label for source, label in pairs}
        return {source.strip(): label for source, label in normal.items()} if self.strip else normal


@dataclass(frozen=True, kw_only=True)
class ColumnFile(LabelledFile):
    """A file whose columns of texts and labels are found by name."""

    text: Annotated[str, Doc("the column of the texts")] = "text"
    label: Annotated[str | None, Doc("the column of the labels; null for data without labels")] = "label"
    group: Annotated[
        str | None,
        Doc("the column of the groups, such as authors, whose rows a drawn split keeps together; null: none"),
    ] = None

    @property
    def _labelled(self) -> bool:
        return self.label is not None

    @property
    def _wanted(self) -> list[str]:
        return [name for name in (self.text, self.label, self.group) if name is not None]

    def _positions(self, names: Sequence[str], where: str) -> Mapping[str, int]:
        """Return the position of each of the wanted columns in `names`.

        Raises DataError for a column that is missing or occurs more than once.
        """
        return {name: _position(name, names, where) for name in self._wanted}

    def _row(self, where: str, fields: Mapping[str, object]) -> Row:
        """Return the row of the wanted columns in `fields`."""
        label, group = (None if name is None else fields[name] for name in (self.label, self.group))
        return Row(where, fields[self.text], label, group)


def _position(name: str, names: Sequence[str], where: str) -> int:
    if names.count(name) > 1:
        raise DataError(Fault(f"{names.count(name)} columns are called '{name}'", where))
    if name not in names:
        hint = "The keys `text` and `label` name the columns; `label: null` reads data without labels."
        raise DataError(Fault.unknown("column", name, names, where=where, hint=hint))
    return names.index(name)
