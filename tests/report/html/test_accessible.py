"""The page is accessible: axe-core finds no fault in light and dark, wide and narrow, and keys are enough."""

from __future__ import annotations

import shutil
import subprocess
import tarfile

import pytest

import embedkit

AXE = "axe-core@4.11.0"


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The source of axe-core; tests are skipped where npm cannot fetch it."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("there is no npm, which fetches axe-core")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run([npm, "pack", AXE], cwd=folder, capture_output=True, check=False, timeout=120)
    packed = [*folder.glob("*.tgz")]
    if done.returncode or not packed:
        pytest.skip("npm could not fetch axe-core")
    with tarfile.open(packed[0]) as archive:
        return archive.extractfile("package/axe.min.js").read().decode()


def emulate(chromium, scheme, width):
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    chromium.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    chromium.driver.set_window_size(width, 900)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1000, 500])
@pytest.mark.parametrize("kind", ["run", "matrix", "comparison"])
def test_axe_finds_nothing(kind, scheme, width, run, other_run, matrix, axe, chromium, tmp_path):
    runs = {"run": [run], "matrix": [matrix], "comparison": [run, other_run]}[kind]
    page = embedkit.write_report(*(each.path for each in runs), out=tmp_path / "page.html")
    emulate(chromium, scheme, width)
    try:
        chromium.open(page)
        if kind != "comparison":
            chromium.texts()
        chromium.driver.execute_script("for (const d of document.querySelectorAll('details')) d.open = true")
        chromium.driver.execute_script(axe)
        run_axe = "axe.run().then(arguments[0], (error) => arguments[0]({violations: [String(error)]}))"
        violations = chromium.driver.execute_async_script(run_axe)["violations"]
        assert [(each["id"], each["nodes"][0]["html"][:200]) for each in violations] == []
        overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert chromium.driver.execute_script(overflow) <= 0
    finally:
        emulate(chromium, "light", 1000)


def test_keys_are_enough_to_sort_and_to_open_a_cell(run, chromium, tmp_path):
    from selenium.webdriver.common.keys import Keys

    chromium.open(embedkit.write_report(run.path, out=tmp_path / "page.html"))
    heading = chromium.all("table.sortable th button")[0]
    chromium.driver.execute_script("arguments[0].focus()", heading)
    chromium.driver.switch_to.active_element.send_keys(Keys.ENTER)
    assert heading.find_element("xpath", "..").get_attribute("aria-sort") == "ascending"
    cell = chromium.all(".confusion button")[0]
    chromium.driver.execute_script("arguments[0].focus()", cell)
    chromium.driver.switch_to.active_element.send_keys(Keys.SPACE)
    assert chromium.until(chromium.found)
    assert chromium.driver.switch_to.active_element.tag_name == "select"
