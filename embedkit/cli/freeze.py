"""`embedkit plugins freeze`: what to install in another environment to have the same plugins."""

from __future__ import annotations

import click

from embedkit.cli.options import json_option, print_json
from embedkit.cli.program import blocked_plugins
from embedkit.report.terminal.lines import say


@click.command()
@json_option
@click.pass_context
def freeze(ctx: click.Context, as_json: bool) -> None:
    """Print embedkit and the distributions of its plugins as requirements, for pip install -r.

    Plugins that are not in use are in comments, with the reason.
    """
    from embedkit.plugin.freeze import freeze_plugins
    from embedkit.plugin.registry import build_registry

    frozen = freeze_plugins(build_registry(blocked_plugins(ctx)).plugins)
    if as_json:
        print_json({"distributions": [distribution.to_json() for distribution in frozen]})
        return
    for distribution in frozen:
        for line in distribution.lines():
            say(line)
