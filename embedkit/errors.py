"""The errors of embedkit: each says where, what, the nearest name and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import ClassVar

from embedkit.escaping import escaped, escaped_message

LONGEST = 60
"""Characters of a name from a file that a message shows."""

COMPARED = 5_000
"""Names that are searched for the nearest one, which takes about a second."""

LISTED = 40
"""Names that a message lists."""


def shortened(name: str, longest: int = LONGEST) -> str:
    """Return `name` for a message: at most `longest` characters, the last one `…` if any are left out."""
    return name if len(name) <= longest else name[: longest - 1] + "…"


def listed(names: Sequence[str], limit: int = LISTED) -> tuple[str, ...]:
    """Return the first `limit` names, shortened, and a note of how many more there are."""
    more = (f"… and {len(names) - limit:,} more",) if len(names) > limit else ()
    return (*map(shortened, names[:limit]), *more)


def nearest(name: str, allowed: Iterable[str]) -> str | None:
    """Return the allowed name that `name` most resembles, or None if none is similar.

    Names longer than LONGEST are not compared, and only the first COMPARED are: it would take too long.
    """
    import difflib

    if len(name) > LONGEST:
        return None
    candidates = islice((candidate for candidate in allowed if len(candidate) <= LONGEST), COMPARED)
    folded = {candidate.casefold(): candidate for candidate in candidates}
    matches = difflib.get_close_matches(name.casefold(), folded, n=1, cutoff=0.6)
    return folded[matches[0]] if matches else None


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. As text it is one escaped line, followed by `hint` if there is one.

    `where` is `file:line`, a recipe key or a file; `allowed` what could have stood there instead.
    """

    what: str
    where: str | None = None
    nearest: str | None = None
    allowed: tuple[str, ...] = ()
    hint: str | None = None

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        if self.nearest:
            text += f" - did you mean '{self.nearest}'?"
        if self.allowed:
            text += f" (allowed: {', '.join(self.allowed)})"
        text = escaped(text)
        return f"{text}\n    {escaped_message(self.hint)}" if self.hint else text

    @classmethod
    def unknown(cls, kind: str, name: str, allowed: Iterable[str], **more: str | None) -> Fault:
        """Make the fault of an unknown name, with the nearest of the `allowed` names."""
        known = tuple(sorted(allowed))
        what = f"unknown {kind} '{shortened(name)}'"
        return cls(what, nearest=nearest(name, known), allowed=listed(known), **more)


def unforeseen(error: Exception) -> Fault:
    """Return the fault of an exception that is none of embedkit's: no memory, a system error, or a bug."""
    said = str(error).partition("\n")[0]
    if isinstance(error, MemoryError) or "allocate memory" in said or "out of memory" in said:
        return Fault(f"there is not enough memory: {said or type(error).__name__}")
    if isinstance(error, OSError) and error.strerror:
        return Fault(error.strerror, where=str(error.filename or "input/output"))
    what = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return Fault(what, hint="This is a fault of embedkit or of a plugin; --traceback shows where it is.")


class EmbedkitError(Exception):
    """The base of all errors of embedkit. `exit_code` is the exit status of the command line."""

    exit_code: ClassVar[int] = 2

    def __init__(self, *faults: Fault | str) -> None:
        self.faults: Sequence[Fault] = [Fault(f) if isinstance(f, str) else f for f in faults]
        super().__init__("\n".join(map(str, self.faults)))


class RecipeError(EmbedkitError):
    """A recipe, or a `--set`, that cannot be run as written. Carries every fault found, in line order."""


class ComponentError(EmbedkitError):
    """A component did not keep its contract: names the component, what was expected and what came."""

    exit_code = 1


class PluginError(EmbedkitError):
    """A plugin that is unknown, ambiguous, broken or in conflict with another one."""


class DataError(EmbedkitError):
    """Texts or labels that cannot be used: missing files, malformed rows, splits without examples."""


class VectorFileError(EmbedkitError):
    """A malformed word-vector file; names the record, line or byte."""


class CacheError(EmbedkitError):
    """A folder that cannot be the cache: somebody else's, or one that cannot be read."""


class VocabularyError(EmbedkitError):
    """Words for which no vector was found, under a policy that does not allow it."""


class RunError(EmbedkitError):
    """A run directory that is missing, incomplete, damaged, locked or already there."""


class UnmovedRunError(RunError):
    """A finished run that cannot be given its name, and is kept in its working directory."""

    exit_code = 1


class ScreenError(EmbedkitError):
    """Results that cannot be printed, although the work itself is done."""

    exit_code = 3


class TrainingError(EmbedkitError):
    """Training that cannot go on, such as a loss that is not finite."""

    exit_code = 1
