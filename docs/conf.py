"""The documentation as a site: `sphinx-build -c docs -W -n --keep-going . build/docs`.

The source folder is the root of the repository, so that the links between `README.md`, `CHANGELOG.md` and the
pages in `docs/` are the same on the site as in any viewer of Markdown. No page has a `toctree`, which such a
viewer would show as code: a page called `index.md` is a table of contents by the links that it has.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit import __version__

if TYPE_CHECKING:
    from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
START = "docs/index"

project = "embedkit"
version = release = __version__
extensions = ["myst_parser"]

root_doc = START
include_patterns = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "docs/*.md", "docs/*/*.md"]
exclude_patterns = sorted(path.name for path in ROOT.iterdir() if path.is_dir() and path.name != "docs")
myst_heading_anchors = 6

html_theme = "furo"
html_title = f"embedkit {release}"
html_short_title = "embedkit"
html_copy_source = False
html_show_copyright = False
html_use_index = False
html_additional_pages = {"index": "redirect.html"}
templates_path = ["templates"]

_LINK = re.compile(r"\[([^]]+)\]\((?!\w+:)([^)#\s]+\.md)(?:#[^)]*)?\)")
_CODE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def contents(page: Path, text: str) -> list[str]:
    """Return the entries below the table of contents `page`, in the order of its links.

    These are the pages of its own folder, the `index.md` of folders in it and, on the start page, those
    outside `docs/`, which are called by the text of the link.
    """
    links = [(title, (page.parent / file).resolve()) for title, file in _LINK.findall(_CODE.sub("", text))]
    entries = [_entry(title, target) for title, target in links if _is_below(target, page)]
    return [*dict.fromkeys(entries)]


def _entry(title: str, target: Path) -> str:
    """Return a line of a `toctree`, with a title of its own for a page outside `docs/`."""
    name = f"/{target.relative_to(ROOT).with_suffix('').as_posix()}"
    return f"{title} <{name}>" if target.parent == ROOT else name


def _is_below(target: Path, page: Path) -> bool:
    if target == page:
        return False
    if target.parent == page.parent:
        return True
    if target.name == "index.md":
        return target.parent.parent == page.parent
    return target.parent == ROOT and page == ROOT / f"{START}.md"


def add_contents(app: Sphinx, name: str, source: list[str]) -> None:
    """Append a hidden `toctree` to a page called `index.md`, from the links that it has."""
    page = Path(app.srcdir, f"{name}.md").resolve()
    if page.name == "index.md":
        listed = "\n".join(contents(page, source[0]))
        source[0] += f"\n```{{toctree}}\n:hidden:\n\n{listed}\n```\n"


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the tables of contents. Raises ExtensionError if the source folder is not the repository."""
    from sphinx.errors import ExtensionError

    if Path(app.srcdir).resolve() != ROOT.resolve():
        raise ExtensionError(f"the source folder is {ROOT}: sphinx-build -c docs . build/docs")
    app.connect("source-read", add_contents)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
