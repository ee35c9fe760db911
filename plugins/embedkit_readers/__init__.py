"""Readers of labelled texts: in the recipe, in tables, JSON Lines, Parquet, fastText's lines and folders."""

from __future__ import annotations

from embedkit.plugin_api import Register, hookimpl


@hookimpl
def register_readers(register: Register) -> None:
    """Register the bundled readers."""
    register("inline", "embedkit_readers.inline:InlineReader")
    register("csv", "embedkit_readers.separated:CsvReader")
    register("tsv", "embedkit_readers.separated:TsvReader")
    register("jsonl", "embedkit_readers.jsonl:JsonLinesReader")
    register("parquet", "embedkit_readers.parquet:ParquetReader")
    register("labelled-lines", "embedkit_readers.labelled_lines:LabelledLinesReader")
    register("folder", "embedkit_readers.folder:FolderReader")
