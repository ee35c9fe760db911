"""Write a page as one HTML file: nothing is loaded from elsewhere, and only embedkit's own script is run."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

import jinja2
from markupsafe import Markup

if TYPE_CHECKING:
    from embedkit.report.html.blocks import Page


def render(page: Page) -> str:
    """Return the page as HTML. Whatever comes from data is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("embedkit.report.html"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    script, style = (_source(environment, name) for name in ("page.js", "page.css"))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    template = environment.get_template("page.html")
    return template.render(page=page, script=script, style=style, script_digest=digest)


def _source(environment: jinja2.Environment, name: str) -> Markup:
    """Return a file of the package as it is, to be put into the page."""
    assert environment.loader is not None
    return Markup(environment.loader.get_source(environment, name)[0])  # noqa: S704  (a file of the package)
