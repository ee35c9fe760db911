"""Checks of components that take files, of any kind."""

from __future__ import annotations

from embedkit.errors import ComponentError, EmbedkitError
from embedkit.hookspecs import KINDS
from embedkit.interfaces.calling import described
from embedkit.testing.check import check, expect
from embedkit.testing.checks.common import does_its_work
from embedkit.testing.damage import damaged
from embedkit.testing.subject import Subject

TAKE_FILES = tuple(kind for kind in KINDS if kind != "vector-format")
"""Kinds with parameters that may be files."""


@check(*TAKE_FILES, requires=(does_its_work,), exercised=True)
def reads_damaged_files(subject: Subject) -> None:
    """A damaged file among its parameters is read or is an EmbedkitError, and no other exception."""
    with damaged(subject) as files:
        for file in files:
            try:
                _use(file.subject)
            except ComponentError as error:
                expect(False, f"an EmbedkitError for {file.what}", str(error))
            except EmbedkitError:
                continue
            except Exception as error:  # a component may raise anything
                expect(False, f"an EmbedkitError for {file.what}", described(error))


@check(*TAKE_FILES, requires=(reads_damaged_files,), exercised=True)
def names_damaged_files(subject: Subject) -> None:
    """The error of a file that cannot be read says which file it is."""
    with damaged(subject) as files:
        for file in files:
            try:
                _use(file.subject)
            except EmbedkitError as error:
                named = file.path.name in str(error)
                expect(named, f"an error for {file.what} with its name, '{file.path.name}'", repr(str(error)))


def _use(subject: Subject) -> None:
    subject.work(subject.make(), subject.arguments())
