"""From the name of an installed plugin to the components that the checks try."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from embedkit.errors import EmbedkitError, Fault, PluginError
from embedkit.plugin.entrypoints import plugins_called
from embedkit.plugin.provenance import Plugin
from embedkit.plugin.registry import Component, Registry
from embedkit.recipe.document import Document, Findings, Origin, plain
from embedkit.recipe.validation_faults import explain
from embedkit.testing.exercise import Exercise
from embedkit.testing.samples import KIND as FORMAT
from embedkit.testing.samples import SAMPLE, Sample
from embedkit.testing.sources import Opening
from embedkit.testing.subject import CommandSubject, Subject

Parameters = Mapping[str, Mapping[str, Any]]
"""Constructor's parameters by component: its name, or `kind:name` where two kinds have one of that name.

A vector format has none; its key `sample` names a file of the format.
"""

COMMAND = "command"
EMBEDDING = "embedding"
PARAMETERS = "parameters"


def find_subjects(
    name: str, registry: Registry, parameters: Parameters, exercises: Mapping[str, Exercise]
) -> list[Subject]:
    """Return the components and commands of the plugin, distribution or `distribution:entry` called `name`.

    Raises PluginError if there is none of that name, if one of its plugins is not in use, if it has no
    component, or if another plugin claims the name of one; for parameters of a component that it does not
    have, that the component does not take, or that it needs and does not get.
    """
    plugins = _in_use(name, registry)
    brought = [component for component in registry.components() if component.plugin in plugins]
    commands = [p for p in plugins if p in registry.plugins.commands]
    if not (brought or commands):
        what = "it registers no component and has no command: there is nothing to check"
        raise PluginError(*(Fault(what, where=f"plugin {plugin}") for plugin in plugins))
    given = _given(parameters, brought)
    faults = [fault for each in brought for fault in _faults(registry, each, given[each.kind, each.name])]
    faults += [fault for each in commands for fault in _claims(registry, each)]
    faults += _lacks([(each, _missing(each, given[each.kind, each.name])) for each in brought])
    if faults:
        raise PluginError(*faults)
    subjects = [_subject(registry, each, given[each.kind, each.name], exercises) for each in brought]
    return [*subjects, *(CommandSubject(registry, _command(each)) for each in commands)]


def _subject(
    registry: Registry, component: Component, given: Mapping[str, Any], exercises: Mapping[str, Exercise]
) -> Subject:
    exercise = exercises.get(component.kind)
    if component.kind == EMBEDDING and exercise is not None and registry.trust:
        exercise = replace(exercise, arguments=Opening(trust=True))
    if component.kind != FORMAT or exercise is None:
        return Subject(registry, component, given, exercise)
    path = Path(given[SAMPLE]).absolute()
    others = {name: value for name, value in given.items() if name != SAMPLE}
    return Subject(registry, component, others, replace(exercise, arguments=Sample(path)), path)


def _in_use(name: str, registry: Registry) -> list[Plugin]:
    everything = [*registry.plugins.plugins, *registry.plugins.commands]
    chosen = plugins_called(name, everything, "plugins to check")
    plugins = [plugin for plugin in everything if plugin.name in chosen]
    idle = [plugin for plugin in plugins if plugin.state not in ("loaded", "installed")]
    if idle:
        faults = (Fault(f"is {plugin.state}: {plugin.error}", where=f"plugin {plugin}") for plugin in idle)
        raise PluginError(*faults) from idle[0].cause
    return plugins


def _command(plugin: Plugin) -> Component:
    return Component(COMMAND, plugin.entry, plugin.module, plugin)


def _claims(registry: Registry, command: Plugin) -> Iterator[Fault]:
    """Yield a fault if another plugin has a command of the same name."""
    others = [p for p in registry.plugins.commands if p.entry == command.entry and p is not command]
    if rivals := [other for other in others if other.state != "blocked"]:
        what = f"command '{command.entry}' is claimed by {' and '.join(map(str, (command, *rivals)))}"
        yield Fault(what, hint=f"Block one of them: embedkit -p no:{rivals[0].name} …")


def _given(
    parameters: Parameters, components: Sequence[Component]
) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """Return the parameters of every component as plain data, by kind and name."""
    given: dict[tuple[str, str], Mapping[str, Any]] = {(each.kind, each.name): {} for each in components}
    findings = _findings()
    for key, values in parameters.items():
        given[component_called(key, [*given], PARAMETERS)] = plain(values, (key,), findings)
    findings.raise_any()
    return given


def _findings() -> Findings:
    return Findings(Document({}, {(): Origin(0, 0, PARAMETERS, Path.cwd())}))


def component_called(key: str, known: Sequence[tuple[str, str]], where: str) -> tuple[str, str]:
    """Return the kind and name that `key` stands for: a name, or `kind:name`.

    Raises PluginError, with the nearest name, if it stands for none of the `known`, or for several.
    """
    meanings = [(kind, name) for kind, name in known if key in (name, f"{kind}:{name}")]
    if len(meanings) == 1:
        return meanings[0]
    names = tuple(f"{kind}:{name}" for kind, name in meanings)
    if names:
        raise PluginError(Fault(f"'{key}' could mean several components", where=where, allowed=names))
    raise PluginError(Fault.unknown("component", key, {name for _, name in known}, where=where))


def _faults(registry: Registry, component: Component, parameters: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with the parameters that a component is to be made with."""
    try:
        registry.get(component.kind, component.name)
    except PluginError as error:
        return [*error.faults]
    if component.kind == FORMAT:
        return [*_sample_faults(component, parameters)]
    try:
        model = component.parameters
    except EmbedkitError:
        return []  # a check says what is wrong with its constructor
    return _parameter_faults(component, model, parameters)


def _sample_faults(component: Component, given: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with what is given for a vector format: a sample file, and nothing else."""
    for name in given:
        if name != SAMPLE:
            yield Fault.unknown("parameter", name, [SAMPLE], where=component.name)
    sample = given.get(SAMPLE, "")
    if not isinstance(sample, str) or (sample and not Path(sample).is_file()):
        hint = f"A sample is a file of the format {component.name}, a small one."
        yield Fault(f"there is no file {sample!r:.100}", where=f"{component.name}.{SAMPLE}", hint=hint)


def _parameter_faults(component: Component, model: Any, parameters: Mapping[str, Any]) -> list[Fault]:
    from pydantic import ValidationError

    findings = _findings()
    try:
        model.model_validate_json(json.dumps(parameters))
    except ValidationError as error:
        if any(detail["type"] != "missing" for detail in error.errors(include_url=False)):
            explain(error, parameters, (component.name,), {(): [*model.model_fields]}, findings)
    return [fault for _, fault in findings.faults]


def _missing(component: Component, parameters: Mapping[str, Any]) -> list[str]:
    """Return the parameters that a component cannot be made without and does not get.

    None if it is given others, among which may be a misspelling: those are said to be wrong.
    """
    if component.kind == FORMAT:
        return [] if parameters.get(SAMPLE) else [SAMPLE]
    try:
        fields = component.parameters.model_fields
    except EmbedkitError:
        return []  # a check says what is wrong with its constructor
    needed = [name for name, field in fields.items() if field.is_required() and name not in parameters]
    return needed if {*parameters} <= {*fields} else []


def _lacks(missing: Sequence[tuple[Component, Sequence[str]]]) -> Iterator[Fault]:
    """Yield one fault for all components that lack parameters, with how to give them."""
    lacking = [(component, names) for component, names in missing if names]
    if not lacking:
        return
    told = "; ".join(f"{component.kind} {component.name}: {', '.join(names)}" for component, names in lacking)
    keys = [f'"{c.name}": {{{", ".join(_given_as(name) for name in names)}}}' for c, names in lacking]
    options = [f"--set {component.name}.{name}=…" for component, names in lacking for name in names]
    test, line = f"parameters={{{', '.join(keys)}}}", " ".join(options)
    hint = f"Give them in the test, {test}, or on the command line, {line}"
    yield Fault(f"parameters are needed to make {told}", hint=hint)


def _given_as(name: str) -> str:
    return f'"{name}": …'
