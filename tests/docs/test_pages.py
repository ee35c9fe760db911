"""Every page is in the indexes, every link leads to a heading, and the field's terms lead to a page."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.core

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "docs" / "README.md"
PAGES = sorted((ROOT / "docs").rglob("*.md"))
CONTENTS = [page for page in PAGES if page.name == "index.md"]
SOURCES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *PAGES]
TERMS = [
    "ablation",
    "cross-validate",
    "early stopping",
    "embedding matrix",
    "ensemble",
    "matrix",
    "out-of-vocabulary",
    "stop words",
]


def prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """Return the anchors of the headings, as GitHub makes them: `-1` follows a repeated one."""
    found: list[str] = []
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        anchor = re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
        found.append(f"{anchor}-{found.count(anchor)}" if anchor in found else anchor)
    return set(found)


def links(page: Path) -> list[tuple[Path, str]]:
    """Return the file and the anchor of every link to another place in the repository."""
    targets = re.findall(r"\]\((?!https?:)([^)]+)\)", prose(page))
    parts = [target.partition("#") for target in targets]
    return [((page.parent / file).resolve() if file else page, anchor) for file, _, anchor in parts]


def test_the_pages_are_counted():
    assert len(PAGES) == 54


@pytest.mark.parametrize("page", SOURCES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_to_a_file_and_a_heading(page: Path):
    for target, anchor in links(page):
        assert target.exists(), target
        assert not anchor or anchor in anchors(target), f"{target}#{anchor}"


@pytest.mark.parametrize("start", [INDEX, ROOT / "README.md"], ids=["index", "readme"])
def test_every_page_is_listed(start: Path):
    listed = {target for target, _ in links(start)}
    assert [page for page in PAGES if page not in [*listed, *CONTENTS, start]] == []


@pytest.mark.parametrize("contents", CONTENTS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_page_of_a_folder_is_in_its_table_of_contents(contents: Path):
    listed = {target for target, _ in links(contents)}
    others = {page for page in PAGES if page.parent == contents.parent and page != contents}
    assert others <= listed


def external_links() -> list[tuple[Path, str]]:
    return [(page, url) for page in SOURCES for url in re.findall(r"\]\((https?:[^\s)]*)\)", prose(page))]


def test_links_to_the_web_are_well_formed():
    """Whether they lead somewhere is not asked: tests need no network."""
    found = external_links()
    assert len(found) > 5
    for page, url in found:
        parts = urlsplit(url)
        assert parts.scheme == "https", (page, url)
        assert re.fullmatch(r"([\w-]+\.)+[a-z]{2,}", parts.netloc), (page, url)
        assert re.fullmatch(r"[\w./~%-]*", parts.path), (page, url)


@pytest.mark.parametrize("term", TERMS)
def test_a_term_that_is_searched_for_is_in_the_index_and_in_a_heading(term: str):
    assert term in INDEX.read_text(encoding="utf-8").lower()
    headings = [h for page in PAGES for h in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)]
    assert any(term in heading.lower() for heading in headings)
