"""Parameters of components from a command line: `COMPONENT.key=value`, the value in YAML."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from embedkit.errors import Fault, PluginError
from embedkit.recipe.document import Origin
from embedkit.recipe.overrides import read_setting
from embedkit.testing.targets import Parameters


def read_settings(settings: Sequence[str], components: Sequence[tuple[str, str]]) -> Parameters:
    """Return the parameters that `settings` give, by component; `components` are kinds and names.

    The name of a component may have dots: the longest one that fits counts. Raises PluginError for a
    component that does not exist, and RecipeError for a setting that cannot be read.
    """
    parameters: dict[str, dict[str, Any]] = defaultdict(dict)
    names = {form for kind, name in components for form in (name, f"{kind}:{name}")}
    for number, setting in enumerate(settings):
        origin = Origin(1, number, f"--set {setting:.100}", Path.cwd())
        key, value = read_setting(setting, origin)
        fitting = [name for name in names if key.startswith(f"{name}.")]
        if not fitting:
            component = key.partition(".")[0]
            raise PluginError(
                Fault.unknown("component", component, {name for _, name in components}, where=origin.where)
            )
        component = max(fitting, key=len)
        parameters[component][key[len(component) + 1 :]] = value
    return parameters
