"""Readers of labelled texts: in the recipe, in separated values, JSON Lines, Parquet and fastText's lines."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl
from embedkit_readers.inline import InlineReader
from embedkit_readers.jsonl import JsonLinesReader
from embedkit_readers.labelled_lines import LabelledLinesReader
from embedkit_readers.parquet import ParquetReader
from embedkit_readers.separated import CsvReader, TsvReader


@hookimpl
def register_readers(register: Register) -> None:
    """Register the bundled readers."""
    register("inline", InlineReader)
    register("csv", CsvReader)
    register("tsv", TsvReader)
    register("jsonl", JsonLinesReader)
    register("parquet", ParquetReader)
    register("labelled-lines", LabelledLinesReader)
