"""fastText's format for training classifiers: each line a label with a prefix, then the text."""

# No `from __future__ import annotations`: see labelled.py.
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

from annotated_types import MinLen

from embedkit.errors import DataError, Fault
from embedkit.interfaces import Doc
from embedkit_readers.labelled import Row
from embedkit_readers.lines import TextFile, bare, without_blank_end


@dataclass(frozen=True, kw_only=True)
class LabelledLinesReader(TextFile):
    """fastText's lines, `__label__x text`: one label at the start of each line, a space or tab, the text."""

    prefix: Annotated[str, MinLen(1), Doc("what a label begins with")] = "__label__"

    def _rows(self) -> Iterator[Row]:
        prefix = re.escape(self.prefix)
        shape = re.compile(rf"{prefix}([^ \t]*)(?:[ \t](.*))?")
        another = re.compile(rf"(?:^|[ \t]){prefix}")
        for number, line in without_blank_end(self._lines()):
            found = shape.fullmatch(bare(line))
            if not found:
                raise DataError(self._unlabelled(number))
            label, text = found[1], found[2] or ""
            if another.search(text):
                what = "the line has several labels, which is not supported: a text has exactly one"
                raise DataError(Fault(what, self._at(number)))
            yield Row(self._at(number), text, label)

    def _unlabelled(self, number: int) -> Fault:
        hint = f"A line is `{self.prefix}LABEL TEXT`; `prefix` sets what a label begins with."
        return Fault(f"the line does not begin with a label ('{self.prefix}…')", self._at(number), hint=hint)
