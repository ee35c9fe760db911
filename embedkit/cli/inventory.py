"""Records of what is installed: components, commands of plugins, and the plugins themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from embedkit import __version__
from embedkit.errors import ComponentError
from embedkit.hookspecs import KINDS
from embedkit.plugin.provenance import DISTRIBUTION

if TYPE_CHECKING:
    from embedkit.plugin.provenance import Plugin
    from embedkit.plugin.registry import Component, Registry

COLUMNS = ("kind", "name", "distribution", "version", "state", "summary")


@dataclass(frozen=True)
class Record:
    """A component, command or plugin; `plugin` is the plugin that it came with, None for embedkit's own."""

    kind: str
    name: str
    distribution: str
    version: str
    state: str
    summary: str
    plugin: str | None

    @classmethod
    def of(cls, kind: str, name: str, plugin: Plugin, state: str, summary: str) -> Record:
        """Return the record of something that `plugin` brought."""
        return cls(kind, name, plugin.distribution, plugin.version, state, summary, plugin.name)

    @property
    def row(self) -> tuple[str, ...]:
        """Return the cells of the record in a table, in the order of COLUMNS."""
        return (self.kind, self.name, self.distribution, self.version, self.state, self.summary)

    def to_json(self) -> dict[str, object]:
        """Return the record as plain data."""
        return asdict(self)


@dataclass(frozen=True)
class PluginRecord(Record):
    """A plugin: its module, its hooks, why it is not in use, if so, and the seconds that its import took."""

    module: str
    hooks: tuple[str, ...]
    error: str | None
    seconds: float


@dataclass(frozen=True)
class Key:
    """A key of a component: the types it takes, whether it is required, its default, and what it is for."""

    type: str
    required: bool
    default: object
    description: str | None


def component_records(registry: Registry) -> list[Record]:
    """Return a record for every component, built-in ones included.

    The state is `conflict` if several components claim the same name, `failed` if its class cannot be
    imported.
    """
    components = registry.components()
    claims = Counter((component.kind, component.name) for component in components)
    states = ["loaded" if claims[c.kind, c.name] == 1 else "conflict" for c in components]
    records = [_component(c, state) for c, state in zip(components, states, strict=True)]
    return sorted([*records, *_built_in()], key=lambda record: (record.kind, record.name))


def _built_in() -> list[Record]:
    """Return records of embedkit's own features, which no plugin provides or blocks; `plugin` is None."""
    return [
        Record(of, name, DISTRIBUTION, __version__, "built-in", what, None)
        for of, kind in KINDS.items()
        for name, what in kind.built_in.items()
    ]


def _component(component: Component, state: str) -> Record:
    try:
        summary = component.summary
    except ComponentError as error:
        state, summary = "failed", error.faults[0].what
    return Record.of(component.kind, component.name, component.plugin, state, summary)


def command_records(registry: Registry) -> list[Record]:
    """Return a record for every command of plugins.

    The state is `conflict` if several plugins, or embedkit itself, have a command of this name.
    """
    from embedkit.cli.program import COMMANDS

    commands = registry.plugins.commands
    claims = Counter([*COMMANDS, *(command.entry for command in commands if command.state != "blocked")])
    return [_command(command, claims[command.entry]) for command in commands]


def _command(command: Plugin, claims: int) -> Record:
    if claims > 1 and command.state != "blocked":
        return Record.of("command", command.entry, command, "conflict", "another command has this name")
    summary = command.error or f"embedkit {command.entry}"
    return Record.of("command", command.entry, command, command.state, summary)


def plugin_records(registry: Registry) -> list[PluginRecord]:
    """Return a record for every plugin: its hooks, its import time, and why it is not in use, if so."""
    return [
        PluginRecord(
            "plugin",
            plugin.entry,
            plugin.distribution,
            plugin.version,
            plugin.state,
            plugin.error or ", ".join(hooks),
            plugin.name,
            plugin.module,
            tuple(hooks),
            plugin.error,
            round(plugin.seconds, 6),
        )
        for plugin in registry.plugins.plugins
        for hooks in [registry.plugins.hooks_of(plugin)]
    ]


def key_records(component: Component) -> dict[str, Key]:
    """Return the keys of a component by name: type, required, default, description, as in the JSON Schema.

    A string that names a file or a folder to read is called so. Raises ComponentError if the constructor
    cannot be read.
    """
    schema = component.parameters.model_json_schema()
    required = schema.get("required", [])
    paths = {
        **dict.fromkeys(component.input_paths, "file"),
        **dict.fromkeys(component.input_folders, "folder"),
    }
    return {
        name: Key(
            described_type(key, paths.get(name, "string")),
            name in required,
            key.get("default"),
            key.get("description"),
        )
        for name, key in schema["properties"].items()
    }


def described_type(schema: Mapping[str, Any], text: str = "string") -> str:
    """Return the types that the JSON Schema of a key allows, with bounds: `integer >= 1 or null`.

    Strings are called `text`; a definition is called by its name.
    """
    return " or ".join(_types(schema, text))


def _types(schema: Mapping[str, Any], text: str) -> Iterator[str]:
    """Yield the types that the JSON Schema of a key allows, with bounds: `integer >= 1`, `list of string`."""
    if "component" in schema or "$ref" in schema:
        yield str(schema.get("component") or schema["$ref"].rpartition("/")[2])
    elif "anyOf" in schema:
        for member in schema["anyOf"]:
            yield from _types(member, text)
    elif "enum" in schema or "const" in schema:
        yield from (repr(value) for value in schema.get("enum", [schema.get("const")]))
    elif schema.get("type") == "array":
        least = f"{schema['minItems']} or more " if "minItems" in schema else ""
        yield f"list of {least}" + (described_type(schema.get("items", {}), text) or "anything")
    else:
        names = {"object": "mapping", "string": text, None: "anything"}
        kind = schema.get("type")
        bounds = [f"{sign} {schema[key]}" for key, sign in _BOUNDS.items() if key in schema]
        filled = ["non-empty"] if schema.get("minLength") or schema.get("minProperties") else []
        yield " ".join([*filled, names.get(kind) or str(kind), *bounds])


_BOUNDS = {"minimum": ">=", "exclusiveMinimum": ">", "maximum": "<=", "exclusiveMaximum": "<"}
