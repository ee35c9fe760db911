"""JSON Lines: one JSON object a line, see jsonlines.org."""

# No `from __future__ import annotations`: see labelled.py.
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from embedkit.plugin_api import DataError, Fault
from embedkit_readers.labelled import ColumnFile, Row
from embedkit_readers.lines import TextFile, bare, without_blank_end


@dataclass(frozen=True, kw_only=True)
class JsonLinesReader(ColumnFile, TextFile):
    """JSON Lines: an object a line; labels are strings, integers or booleans."""

    def _rows(self) -> Iterator[Row]:
        for number, line in without_blank_end(self._lines()):
            where = self._at(number)
            record = _record(bare(line), where)
            self._positions([*record], where)
            yield self._row(where, record)


def _record(line: str, where: str) -> dict[str, Any]:
    try:
        record = json.loads(line, object_pairs_hook=_unrepeated)
    except json.JSONDecodeError as error:
        raise DataError(Fault(f"not JSON: {error.msg}, column {error.colno}", where)) from error
    except (ValueError, RecursionError) as error:
        raise DataError(Fault(f"JSON that cannot be read: {error}", where)) from error
    if not isinstance(record, dict):
        raise DataError(
            Fault("the line is not a JSON object", where, hint='A line is {"text": …, "label": …}.')
        )
    return record


def _unrepeated(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("a key is repeated in one object")
    return record
