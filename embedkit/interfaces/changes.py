"""The changes of the plugin contract, release by release, and what they mean for a plugin that is older."""

from __future__ import annotations

import inspect
import re
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar, cast

from embedkit import __version__

F = TypeVar("F", bound=Callable[..., Any])

VERSION = __version__
RELEASES = 2
"""Minor releases in which an old way works, with a warning."""

API = "plugin_api"
"""What stands in place of a protocol before the names that plugins import."""

OPTIONAL: Mapping[str, tuple[str, ...]] = {
    "Tokenizer": ("KeepableTokenizer", "OfTokenizerFile"),
    "VectorSource": ("SubwordSource", "OfTokenizerFile"),
    "Baseline": ("RestorableBaseline",),
    "FittedBaseline": ("StorableFit", "ExplainableFit"),
    "FunctionWords": ("TaggedFunctionWords",),
}
"""The protocols that a class or object of a protocol may follow as well."""


class ContractWarning(DeprecationWarning):
    """A plugin uses something of the contract that will be removed; file and line are the plugin's own."""


@dataclass(frozen=True)
class Change:
    """One change of the contract, in the minor release `since`, such as `0.2`.

    `member` is a verb or attribute of a protocol, `Tokenizer.tokenize`, a hook, `register_tokenizers`, or a
    name that plugins import, `plugin_api.masked_mean`. With `parameter`, that parameter of the verb or hook
    came or is deprecated; without, the member is.
    `instead` is what authors write now, as in "write `split`"; None for a parameter that came. `renamed` is
    the member's name now, without its protocol.
    """

    member: str
    since: str
    parameter: str | None = None
    instead: str | None = None
    renamed: str | None = None

    @property
    def protocol(self) -> str:
        """Return the protocol that has the member, or `plugin_api`; empty for a hook."""
        return self.member.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Return the name of the member without its protocol."""
        return self.member.rpartition(".")[2]

    @property
    def removed_in(self) -> str:
        """Return the minor release from which on the old way is an error."""
        major, minor = _release(self.since)
        return f"{major}.{minor + RELEASES}"

    @property
    def over(self) -> bool:
        """Return whether the old way is an error in this version."""
        return _release(VERSION) >= _release(self.removed_in)

    def __str__(self) -> str:
        what = f"parameter '{self.parameter}' of {self.member}" if self.parameter else self.member
        state = "was removed in" if self.over else f"is deprecated since embedkit {self.since}, an error from"
        return f"{what} {state} {self.removed_in}{' on' if not self.over else ''}: {self.instead}"


CHANGES: Sequence[Change] = ()
"""Every change since contract 0.1, in order of releases: docs/explanation/contract.md has the rules."""


def _release(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


def accepting(verb: str, method: F) -> F:
    """Return `method`, to be called with all keyword arguments that the contract has for `verb`.

    Those that came or are deprecated since contract 0.1, and that the method has no parameter for, are left
    out of the call. The signature is read once.
    """
    protocol, _, name = verb.rpartition(".")
    parameters = {
        change.parameter for change in _changes(protocol) if change.name == name and change.parameter
    }
    if not parameters:
        return method
    function = getattr(method, "forward", method)  # torch calls this one
    taken = _parameters(getattr(function, "__func__", function))
    lacking = set[str]() if taken is None else parameters - taken.keys()

    def called(*arguments: Any, **keywords: Any) -> Any:
        return method(*arguments, **{name: v for name, v in keywords.items() if name not in lacking})

    return cast("F", called) if lacking else method


def _changes(protocol: str) -> list[Change]:
    """Return the changes of a protocol and of the optional ones beside it."""
    return [c for c in CHANGES if c.protocol == protocol or c.protocol in OPTIONAL.get(protocol, ())]


@lru_cache(maxsize=1024)
def _parameters(function: Callable[..., Any]) -> Mapping[str, bool] | None:
    """Return the parameters of a function, each with whether it is required; None if it takes any by `**`."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):  # written in C
        return {}
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in parameters):
        return None
    return {p.name: p.default is p.empty for p in parameters if p.kind is not p.POSITIONAL_ONLY}


def heed(protocol: str, thing: object, heeded: object = None) -> None:
    """Warn of all that is deprecated in `thing`, a class or object of `protocol`, at its author's line.

    A member under its former name is made available under its name now. What `heeded` has too, the class of
    `thing`, was warned of before. Raises ValueError, with the line and what to write instead, for what was
    removed.
    """
    for change in _changes(protocol):
        if change.instead and _uses(thing, change) and not _uses(heeded, change):
            kind = thing if inspect.isclass(thing) else type(thing)
            (file, line), told = _place(kind, change.name), f"{kind.__qualname__}: {change}"
            if change.over:
                raise ValueError(f"{file}:{line}: {told}")
            module = sys.modules.get(kind.__module__)
            shown = vars(module).setdefault("__warningregistry__", {}) if module else None
            warnings.warn_explicit(told, ContractWarning, file, line, kind.__module__, shown)
            if change.renamed:
                setattr(kind, change.renamed, _Renamed(change.name))


def former_names(protocol: str) -> set[str]:
    """Return the names that members of `protocol` had in earlier releases."""
    return {change.name for change in _changes(protocol) if change.renamed}


def former_import(name: str) -> str:
    """Return the present name of what plugins import by its former `name`, and warn at the line that does.

    Raises ImportError for what was removed, and AttributeError for what there never was.
    """
    for change in _changes(API):
        if change.name == name and change.over:
            raise ImportError(str(change))
        if change.name == name and change.renamed:
            warnings.warn(str(change), ContractWarning, stacklevel=3)
            return change.renamed
    raise AttributeError(f"module 'embedkit.{API}' has no attribute '{name}'")


def hook_warnings(hook: str) -> dict[str, Any]:
    """Return pluggy's options for `hook`, by which it warns of deprecated hooks and their parameters."""
    found = [change for change in CHANGES if change.member == hook and change.instead and not change.over]
    arguments = {c.parameter: ContractWarning(str(c)) for c in found if c.parameter}
    itself = next((ContractWarning(str(c)) for c in found if not c.parameter), None)
    return {"warn_on_impl": itself, "warn_on_impl_args": arguments or None}


def removed_hook(hook: str) -> str | None:
    """Return what to write instead of a hook that was removed; None if there was none of this name."""
    gone = (change for change in CHANGES if change.member == hook and change.instead and not change.parameter)
    return next(map(str, gone), None)


def _uses(thing: object, change: Change) -> bool:
    """Return whether `thing` has what is deprecated and would not work without: not if it has both ways."""
    try:
        member = inspect.getattr_static(thing, change.name)
    except AttributeError:
        return False
    if change.parameter:
        return bool((_parameters(getattr(member, "__func__", member)) or {}).get(change.parameter))
    now = inspect.getattr_static(thing, change.renamed, None) if change.renamed else None
    return now is None or isinstance(now, _Renamed)


def _place(kind: type, name: str) -> tuple[str, int]:
    """Return file and line of a member in the code of its author; those of the class if it is not found."""
    home = next((base for base in kind.__mro__ if name in vars(base)), kind)
    member = vars(home).get(name)
    function: Any = getattr(member, "fget", None) or getattr(member, "__func__", member)
    function = inspect.unwrap(function)
    if code := getattr(function, "__code__", None):
        return code.co_filename, code.co_firstlineno
    try:
        lines, first = inspect.getsourcelines(home)
    except (OSError, TypeError):
        return home.__module__, 1
    return inspect.getfile(home), next(_assignments(name, lines, first), first)


def _assignments(name: str, lines: Sequence[str], first: int) -> Iterator[int]:
    return (n for n, line in enumerate(lines, first) if re.match(rf"\s+{re.escape(name)}\s*[:=]", line))


class _Renamed:
    """A descriptor that gives the value of a member under its name now; `former` is its name in the class."""

    def __init__(self, former: str) -> None:
        self.former = former

    def __get__(self, made: object | None, kind: type) -> Any:
        return getattr(kind if made is None else made, self.former)
