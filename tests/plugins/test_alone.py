"""Each bundled plugin alone, with all others blocked: its components load, and import no other plugin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import entry_points

import pytest

ENTRIES = sorted(entry.name for entry in entry_points(group="embedkit") if entry.dist.name == "embedkit-text")

LOAD = """
import json, sys
from embedkit.plugin.registry import build_registry
components = build_registry().components()
for component in components:
    component.factory
    component.parameters
print(json.dumps({"plugins": sorted({c.plugin.entry for c in components}), "modules": sorted(sys.modules)}))
"""


def modules_of(entry):
    return next(e.value for e in entry_points(group="embedkit", name=entry) if e.dist.name == "embedkit-text")


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_bundled_plugin_loads_alone(entry):
    others = [f"embedkit-text:{name}" for name in ENTRIES if name != entry]
    environment = {
        **os.environ,
        "EMBEDKIT_DISABLE_PLUGINS": ",".join(others),
        "EMBEDKIT_STRICT_PLUGINS": "1",
    }
    call = [sys.executable, "-P", "-c", LOAD]
    done = subprocess.run(call, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    loaded = json.loads(done.stdout)
    assert loaded["plugins"] == [entry]
    strange = {modules_of(name) for name in ENTRIES if name != entry} & {*loaded["modules"]}
    assert not strange
