"""The base of all wrappers, which call the methods of a plugin's object so that errors name the plugin."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar, TypeVar

from embedkit.interfaces.calling import OWNER, Owner
from embedkit.interfaces.changes import accepting

W = TypeVar("W", bound="Wrapped")


class Wrapped:
    """A wrapper of `made`, an object of a plugin. Attributes that the wrapper does not define are taken from
    `made`, and methods among them are called in the same way.

    `newer` are keyword arguments of a verb that the contract has gained: a method without them is called
    without them.
    """

    protocol: ClassVar[str]
    """The protocol that `made` follows."""

    def __init__(self, made: Any, owner: Owner) -> None:
        self._made: Any = made
        setattr(self, OWNER, owner)
        self._owner = owner

    @classmethod
    def of(cls: type[W], made: Any, owner: Owner) -> W:
        """Make a wrapper of `made`, with a class of its own.

        The class has a property for every public attribute of `made`: isinstance of a protocol looks there.
        """
        with owner.calling("its attributes raised", guarded=False):
            names = [name for name in dir(made) if not name.startswith("_") and not hasattr(cls, name)]
        members = {name: property(_member(name)) for name in names}
        kind: type[W] = type(cls.__name__, (cls,), members)
        return kind(made, owner)

    def __getattr__(self, name: str) -> Any:
        # Nothing special: copying and pickling ask for such names before there is anything wrapped.
        if name.startswith("__") or name in ("_made", "_owner", OWNER):
            raise AttributeError(name)
        return self._of_made(name)

    def _of_made(self, name: str) -> Any:
        missing = object()
        with self._owner.calling(f"{name} raised", guarded=False):
            value = getattr(self._made, name, missing)
        if value is missing:
            raise AttributeError(f"{self._owner.described} has no '{name}'")
        return self._called(name, value) if callable(value) else value

    def _called(self, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        method = accepting(f"{self.protocol}.{name}", method)

        def called(*arguments: Any, **newer: Any) -> Any:
            with self._owner.calling(f"{name}() raised"):
                given = method(*arguments, **newer)
            return self._owner.iterate(f"{name}() raised", given) if isinstance(given, Iterator) else given

        return called


def _member(name: str) -> Callable[[Wrapped], Any]:
    return lambda wrapped: wrapped._of_made(name)
