"""The site builds without a warning, loads nothing from elsewhere, and can be searched without a server."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from embedkit import __version__

ROOT = Path(__file__).parents[2]
SOURCES = [ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("docs/**/*.md")]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NOT_INSTALLED = 'the extra "docs" is not installed'


class Page(HTMLParser):
    """What a page loads, where it leads, and the names of its places."""

    def __init__(self, path: Path):
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.places: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.places.update(named[key] for key in ("id", "name") if named.get(key))
        if tag == "a":
            self.leads += filter(None, [named.get("href")])
        elif tag not in ("meta", "form"):
            self.loads += filter(None, [named.get("src"), named.get("href")])


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    pytest.importorskip("myst_parser", reason=NOT_INSTALLED)
    pytest.importorskip("furo", reason=NOT_INSTALLED)
    options = ["-c", "docs", "-W", "-n", "--keep-going", "-q", "-j", "auto", "-d", f"{target}-doctrees"]
    command = [sys.executable, "-m", "sphinx", *options, str(source), str(target)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=False)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site."""
    target = tmp_path_factory.mktemp("docs") / "site"
    built = build(ROOT, target)
    assert (built.returncode, built.stderr) == (0, "")
    return target


@pytest.fixture(scope="module")
def pages(site):
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def test_every_page_is_built(site, pages):
    expected = {site / page.relative_to(ROOT).with_suffix(".html") for page in SOURCES}
    assert pages.keys() == expected | {site / "index.html", site / "search.html"}


def test_nothing_is_loaded_from_elsewhere(site, pages):
    loaded = {source for page in pages.values() for source in page.loads}
    assert len(loaded) > 10
    assert [source for source in loaded if re.match(r"\w+:|//", source)] == []
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        assert re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//", text) == []


def test_what_is_loaded_and_linked_is_there(pages):
    for path, page in pages.items():
        for link in (*page.loads, *page.leads):
            target, _, place = unquote(link).partition("?")[0].partition("#")
            if re.match(r"\w+:", link):
                continue
            found = (path.parent / target).resolve() if target else path
            assert found.exists(), (path, link)
            assert not place or found.suffix != ".html" or place in pages[found].places, (path, link)


def test_the_first_page_leads_to_the_start(site):
    assert "url=docs/index.html" in (site / "index.html").read_text(encoding="utf-8")


def test_every_page_has_the_version_and_a_switch_for_dark_mode(site):
    for page in (site / "docs" / "index.html", site / "docs" / "reference" / "recipes.html"):
        text = page.read_text(encoding="utf-8")
        assert f"embedkit {__version__}" in text
        assert "theme-toggle" in text


def test_another_source_folder_is_refused(tmp_path):
    built = build(ROOT / "docs", tmp_path / "site")
    assert built.returncode == 2
    assert "sphinx-build -c docs . build/docs" in built.stderr


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("early stopping", "docs/reference/training.html#early-stopping"),
        ("word2vec-binary", "docs/reference/embeddings.html"),
        ("qwzxqwzx", None),
    ],
)
def test_search_works_from_a_folder_without_network(site, words, found, tmp_path):
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND"]
    options += [f"--user-data-dir={tmp_path}", "--virtual-time-budget=20000", "--dump-dom"]
    url = f"{(site / 'search.html').as_uri()}?q={quote(words)}"
    done = subprocess.run([CHROMIUM, *options, url], capture_output=True, encoding="utf-8", check=True)
    results = done.stdout.partition('id="search-results"')[2]
    assert ("found" in results) == (found is not None)
    assert re.findall(r'href="(docs/[^"]+)"', results.partition("</ul>")[0]).count(found) == bool(found)
