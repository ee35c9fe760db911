"""The name of a new plugin: what follows from it, and whether somebody else has it."""

from __future__ import annotations

import builtins
import importlib.metadata
import importlib.util
import keyword
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.errors import Fault, shortened
from embedkit.plugin.provenance import canonical
from embedkit.plugin.registry import describe_kind, refuse_name

if TYPE_CHECKING:
    from embedkit.plugin.registry import Registry

COMMAND = "command"
"""The kind of plugin that is a command; the other kinds are those of components."""

PREFIX = "embedkit-"
LONGEST = 60
"""Characters of a component's name, so that names of files made from it stay below every system's limit."""

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True)
class NewName:
    """The name of a component or command, such as `shout`, and the names that follow from it."""

    component: str

    @classmethod
    def of(cls, text: str) -> NewName:
        """Return the valid name that somebody gives a plugin, with or without `embedkit-` before it."""
        return cls(text.removeprefix(PREFIX))

    @property
    def distribution(self) -> str:
        """Return the name of the distribution: `embedkit-shout`."""
        return PREFIX + self.component

    @property
    def module(self) -> str:
        """Return the name of the package that is imported: `embedkit_shout`."""
        return self.distribution.replace("-", "_")

    def class_name(self, kind: str, others: Collection[str]) -> str:
        """Return the name of the class, `Shout`, or with its kind, `ShoutTokenizer`, if `Shout` is taken.

        `others` are the names that the module uses besides.
        """
        name = _capitalised(self.component)
        taken = name in others or hasattr(builtins, name) or keyword.iskeyword(name)
        return name + _capitalised(kind) if taken else name


def _capitalised(words: str) -> str:
    return "".join(word.capitalize() for word in words.split("-"))


def name_faults(text: str) -> Iterator[Fault]:
    """Yield what is wrong with the name that somebody gives a plugin, with the nearest name that is valid."""
    component = text.removeprefix(PREFIX)
    what = f"'{shortened(text)}' is not a plugin's name: expected a-z, 0-9 and single hyphens, a letter first"
    if _NAME.fullmatch(component):
        if len(component) <= LONGEST:
            return
        what = f"'{shortened(text)}' has {len(component)} characters: expected at most {LONGEST}"
    nearest = re.sub(r"[^a-z0-9]+", "-", canonical(text)).removeprefix(PREFIX).strip("-0123456789")
    yield Fault(what, where="NAME", nearest=nearest[:LONGEST].rstrip("-") or None)


def taken_faults(name: NewName, kind: str, registry: Registry, commands: Collection[str]) -> Iterator[Fault]:
    """Yield every reason why a new plugin of this kind cannot have the name.

    `commands` are the names of embedkit's own commands.
    """
    for reason in (*_module_taken(name), *_component_taken(name.component, kind, registry, commands)):
        yield Fault(reason, where="NAME", hint="Choose another name.")


def _module_taken(name: NewName) -> Iterator[str]:
    version = _installed_version(name.distribution)
    if version is not None:
        yield f"the distribution {name.distribution} {version} is installed already"
    elif _is_importable(name.module):
        yield f"there is a module {name.module} already"


def _component_taken(name: str, kind: str, registry: Registry, commands: Collection[str]) -> Iterator[str]:
    if kind == COMMAND:
        owners = [str(plugin) for plugin in registry.plugins.commands if plugin.entry == name]
        owners += ["embedkit itself"] if name in commands else []
    else:
        owners = [str(c.plugin) for c in registry.components() if (c.kind, c.name) == (kind, name)]
        try:
            refuse_name(kind, name)
        except ValueError as error:
            yield str(error)
    yield from (f"{describe_kind(kind)} '{name}' is taken by {owner}" for owner in owners)


def _installed_version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _is_importable(module: str) -> bool:
    """Return whether there is a module of this name; it is not imported. A folder of other files is none."""
    found = importlib.util.find_spec(module)
    return found is not None and found.origin is not None
