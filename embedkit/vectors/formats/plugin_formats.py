"""Vector formats of plugins: found by content or by name, and opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from embedkit.errors import Fault, VectorFileError
from embedkit.interfaces.calling import Owner
from embedkit.interfaces.flags import RUNS_CODE
from embedkit.vectors.faults import broken
from embedkit.vectors.formats.plugin_rows import open_rows
from embedkit.vectors.formats.sniff import HEAD, identify
from embedkit.vectors.io.content import Content
from embedkit.vectors.reading import Format

if TYPE_CHECKING:
    from embedkit.interfaces import ComponentSource
    from embedkit.plugin.registry import Component

KIND = "vector-format"
TRUST_HINT = "If you trust where the file comes from, give the command --trust, or from Python trust=True."


@dataclass(frozen=True)
class PluginFormats:
    """The vector formats of a plugin registry, which is built only when no built-in format matches.

    `trust` says whether a file may be opened if reading it can run code that is in it.
    """

    build: Callable[[], ComponentSource]
    trust: bool

    @cached_property
    def registry(self) -> ComponentSource:
        """Return the registry of plugin components; it is built at the first access."""
        return self.build()

    def names(self) -> Sequence[str]:
        """Return the names of all vector formats of plugins, sorted."""
        return self.registry.names(KIND)

    def suspects(self) -> str | None:
        """Return a hint that lists the plugins that are not in use; None if there are none."""
        return self.registry.suspects()

    def named(self, content: Content, name: str) -> Format:
        """Return the format called `name`.

        Raises PluginError if no plugin or several plugins have the name, and VectorFileError if the file has
        another format or would run code without `trust`.
        """
        component = self.registry.get(KIND, name)
        head = content.head(HEAD)
        if not _recognises(component, head):
            found = identify(head)
            raise broken(content.path, f"is not {name}: this is {found}" if found else f"is not {name}")
        return self._format(content, component)

    def recognising(self, content: Content) -> Format | None:
        """Return the format that recognises the file; None if no format does.

        Raises VectorFileError if several formats do or if the file would run code without `trust`, and
        PluginError if several plugins have the name.
        """
        head = content.head(HEAD)
        components = [each for each in self.registry.components() if each.kind == KIND]
        found = [component for component in components if _recognises(component, head)]
        if len({component.name for component in found}) > 1:
            what = f"is taken for their own by {' and by '.join(map(str, found))}"
            names = tuple(component.name for component in found)
            hint = "Say which it is by `format`, or block a plugin: embedkit -p no:NAME …"
            raise VectorFileError(Fault(what, where=str(content.path), allowed=names, hint=hint))
        return self._format(content, self.registry.get(KIND, found[0].name)) if found else None

    def _format(self, content: Content, component: Component) -> Format:
        if RUNS_CODE.of(component.factory) and not self.trust:
            what = (
                f"is {component.name} ({component.summary.rstrip('.')}): reading it runs code that is in it"
            )
            raise broken(content.path, what, hint=TRUST_HINT)
        return Format(component.name, lambda _head: True, partial(open_rows, component))


def _recognises(component: Component, head: bytes) -> bool:
    hint = f"Block it: embedkit -p no:{component.plugin.name} …"
    with Owner(str(component), hint=hint).calling("telling whether a file is of it raised"):
        return bool(component.factory().recognises(head))
