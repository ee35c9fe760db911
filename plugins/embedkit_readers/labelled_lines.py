"""fastText's format for training classifiers: each line has labels with a prefix, then the text."""

# No `from __future__ import annotations`: see labelled.py.
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Annotated

from annotated_types import MinLen

from embedkit.plugin_api import DataError, Doc, Fault
from embedkit_readers.labelled import Row
from embedkit_readers.lines import TextFile, bare, without_blank_end


@dataclass(frozen=True, kw_only=True)
class LabelledLinesReader(TextFile):
    """fastText's lines, `__label__x text`: labels at the start of each line, a space or tab, the text."""

    prefix: Annotated[str, MinLen(1), Doc("the prefix of a label")] = "__label__"
    separator: Annotated[
        str | None,
        MinLen(1),
        Doc(
            "joins the labels of a line, which may then have any number; use the same as "
            "`data.label_separator`; null: one label per line"
        ),
    ] = None

    def _rows(self) -> Iterator[Row]:
        label = re.compile(rf"{re.escape(self.prefix)}([^ \t]*)(?:[ \t]|$)")
        another = re.compile(rf"(?:^|[ \t]){re.escape(self.prefix)}")
        for number, line in without_blank_end(self._lines()):
            labels, text = [], bare(line)
            while found := label.match(text):
                labels.append(found[1])
                text = text[found.end() :]
            fault = self._fault(labels, another.search(text) is not None)
            if fault is not None:
                raise DataError(replace(fault, where=self._at(number)))
            yield Row(self._at(number), text, (self.separator or "").join(labels))

    def _fault(self, labels: Sequence[str], in_text: bool) -> Fault | None:
        """Return what is wrong with the labels of a line, or None.

        `in_text` tells whether there is another label in the text of the line.
        """
        if "" in labels:
            return Fault("the label is empty")
        if self.separator is None:
            return self._single(labels, in_text)
        if in_text:
            return Fault("a label stands behind the text", hint="Labels stand at the start of a line.")
        strange = next((label for label in labels if self.separator in label), None)
        return Fault(f"the label '{strange}' holds '{self.separator}', the separator") if strange else None

    def _single(self, labels: Sequence[str], in_text: bool) -> Fault | None:
        if not labels:
            hint = f"A line is `{self.prefix}LABEL TEXT`; `prefix` sets what a label begins with."
            return Fault(f"the line does not begin with a label ('{self.prefix}…')", hint=hint)
        if in_text or len(labels) > 1:
            hint = "`separator` joins them, where the recipe's data.label_separator is the same."
            return Fault("the line has several labels", hint=hint)
        return None
