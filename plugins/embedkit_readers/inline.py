"""Texts and labels in the recipe itself."""

# No `from __future__ import annotations`: see labelled.py.
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from embedkit.plugin_api import DataError, Doc, Example, Fault, compose
from embedkit_readers.values import label_of, text_of


@dataclass(frozen=True, kw_only=True)
class InlineReader:
    """Texts and labels that stand in the recipe."""

    texts: Annotated[list[str], Doc("the texts")]
    labels: Annotated[
        list[str | int | bool] | None,
        Doc("a label for each text, as written: 1 is '1', true is 'true'"),
    ] = None
    nfc: Annotated[
        bool, Doc("convert texts and labels to composed Unicode (NFC), so that `é` is always one character")
    ] = True

    def read(self) -> Iterator[Example]:
        """Yield every text in order, with ids from 1.

        Raises DataError if there are labels, but not one for each text.
        """
        if self.labels is not None and len(self.labels) != len(self.texts):
            what = f"{len(self.texts)} texts and {len(self.labels)} labels"
            raise DataError(Fault(what, where="labels", hint="Each text takes one label, in order."))
        for number, text in enumerate(self.texts, start=1):
            where = f"text {number}"
            label = None
            if self.labels is not None:
                label = self._normal(label_of(self.labels[number - 1], where))
            yield Example(number, self._normal(text_of(text, where)), label)

    def _normal(self, string: str) -> str:
        return compose(string) if self.nfc else string
