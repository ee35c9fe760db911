"""Every class of error, with the exit code of the command line."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from embedkit import errors, plugin_api
from embedkit.errors import EmbedkitError

from .markdown import code, page, paragraph, plain, table

INTRODUCTION = """\
Every error of embedkit is an `EmbedkitError` and has `faults`, one for each thing that is wrong. A fault
gives what is wrong and where, the nearest valid name, what is allowed, and a hint; as text it is one line,
and the hint below it. The command line prints them and ends with the error's exit code:
[Exit codes](commands.md#exit-codes) lists those of other endings."""

FAULT = """\
A plugin raises `DataError`, `VectorFileError` or `VocabularyError` for what its user can mend: [When a method
raises](hooks.md#when-a-method-raises)."""


def render() -> str:
    """Return the page of the error classes."""
    rows = ((code(each.__name__), *_described(each)) for each in error_classes())
    header = ("class", "is a", "exit code", "raised for", "in `plugin_api`")
    return page("Errors", paragraph(INTRODUCTION), table(header, rows), paragraph(FAULT))


def error_classes() -> list[type[EmbedkitError]]:
    """Return the classes of errors, the base of all first, the others in their order in the module."""
    classes = [each for each in vars(errors).values() if inspect.isclass(each)]
    return [each for each in classes if issubclass(each, EmbedkitError)]


def _described(error: type[EmbedkitError]) -> Iterator[str]:
    yield code(error.__bases__[0].__name__)
    yield code(str(error.exit_code))
    yield plain(inspect.getdoc(error) or "")
    yield "yes" if error.__name__ in plugin_api.__all__ else "no"
