"""`embedkit cache`: list the cached data of word-vector files, and delete it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from embedkit.cli.options import json_option, print_json
from embedkit.files.sizes import bytes_as_text
from embedkit.report.terminal.lines import say
from embedkit.report.terminal.tables import byte_count, print_table

if TYPE_CHECKING:
    from embedkit.files.cache import Entry


@dataclass(frozen=True)
class CacheRecord:
    """A file in the cache as it is listed: what is kept, when it was used last, and what it is of."""

    kept: str
    bytes: int
    used: str
    of: str | None
    file: str


@click.group(invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List or clear the cache, which makes later runs with the same files faster."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_entries)


@command.command("list")
@json_option
def list_entries(as_json: bool = False) -> None:
    """List the entries, least recently used first: kind, source file, size, last use."""
    from embedkit.files.cache import LIMIT, cache_folder, entries, sources

    found = entries()
    source_of = sources(found)
    records = [_record(entry, source_of[entry.path]) for entry in found]
    total = sum(record.bytes for record in records)
    if as_json:
        figures = {"folder": str(cache_folder()), "bytes": total, "limit": LIMIT}
        print_json({**figures, "entries": [*map(asdict, records)]})
        return
    if records:
        print_table([("kept", "size", "last used", "of", "file"), *map(_row, records)])
    say(f"{len(records)} files, {bytes_as_text(total)} of {bytes_as_text(LIMIT)}, in {cache_folder()}")


@command.command("clear")
@click.option(
    "--keep",
    metavar="SIZE",
    default="0",
    callback=byte_count,
    help="Delete the entries unused for longest until this much is left, such as 5GB.",
)
@json_option
def clear(keep: int, as_json: bool) -> None:
    """Delete all entries, or those unused for longest. They are made again when they are needed."""
    from embedkit.files.cache import entries, sources, trim

    source_of = sources(entries())
    records = [_record(entry, source_of.get(entry.path)) for entry in trim(keep)]
    total = sum(record.bytes for record in records)
    if as_json:
        print_json({"bytes": total, "deleted": [*map(asdict, records)]})
    else:
        say(f"deleted {len(records)} files, {bytes_as_text(total)}")
    if sum(entry.size for entry in entries()) > keep:
        click.get_current_context().exit(1)


def _record(entry: Entry, source: str | None) -> CacheRecord:
    used = datetime.fromtimestamp(entry.used, UTC).isoformat(timespec="seconds")
    return CacheRecord(_kept(entry.path.name), entry.size, used, source, str(entry.path))


def _kept(name: str) -> str:
    """Return the kind of a cache file, such as `index` or `rows`; `unfinished` if it is incomplete."""
    return "unfinished" if name.startswith(".") else re.split(r"[-.]", name)[0]


def _row(record: CacheRecord) -> tuple[str, ...]:
    return record.kept, bytes_as_text(record.bytes), record.used, record.of or "?", record.file
