from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import embedkit

HOSTILE = [
    "<script>document.title = 'run'</script> good film",
    "</script><img src=x onerror=alert(1)> bad",
    "סרט טוב 👍 good",
    "\x1b[31mred\x1b[0m bad film",
    "good " * 10_000,
]
RECIPE = {
    "name": "small",
    "seed": 3,
    "data": {
        "train": {
            "use": "inline",
            "texts": [
                f"{mood} {thing}" for mood in ("good", "bad") for thing in ("film", "plot", "cast", "score")
            ],
            "labels": ["pos"] * 4 + ["<b>neg</b>"] * 4,
        },
        "test": {
            "use": "inline",
            "texts": [*HOSTILE, "odd zzz", "bad plot", "good cast"],
            "labels": ["pos", "<b>neg</b>", "pos", "<b>neg</b>", "pos", "pos", "pos", "<b>neg</b>"],
        },
    },
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 8},
    "encoder": "bag",
    "training": {"epochs": 20, "lr": 0.1},
    "evaluation": {"metrics": ["accuracy", "confusion-matrix"], "baselines": []},
}


@pytest.fixture(scope="session")
def run(tmp_path_factory):
    """A run whose texts and labels try to be more than text."""
    return embedkit.run(RECIPE, out=tmp_path_factory.mktemp("runs") / "small")


@pytest.fixture(scope="session")
def other_run(tmp_path_factory):
    """A run on the same texts that learns nothing."""
    return embedkit.run(RECIPE, out=tmp_path_factory.mktemp("runs") / "other", set={"training.lr": 1e-9})


@pytest.fixture(scope="session")
def matrix(tmp_path_factory):
    """A matrix of two dimensions over two folds."""
    texts = [
        f"{mood} {thing} {number}"
        for mood in ("good", "bad")
        for thing in ("film", "plot")
        for number in range(9)
    ]
    data = {
        "train": {"use": "inline", "texts": texts, "labels": ["pos"] * 18 + ["neg"] * 18},
        "folds": {"count": 2},
    }
    embedding = {"use": "random", "dim": 8}
    recipe = {**RECIPE, "data": data, "embedding": embedding, "matrix": {"embedding.dim": [4, 8]}}
    return embedkit.run(recipe, out=tmp_path_factory.mktemp("runs") / "matrix", executor="serial")


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A headless Chromium; tests are skipped where it, its driver or selenium is missing."""
    webdriver = pytest.importorskip("selenium.webdriver", reason='the extra "browser" is not installed')
    from selenium.webdriver.chrome.service import Service

    programs = [next(filter(None, map(shutil.which, names)), None) for names in PROGRAMS]
    if None in programs:
        pytest.skip("there is no Chromium with chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1000,900"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(programs[1]))
    yield Browser(driver)
    driver.quit()


PROGRAMS = (("chromium", "chromium-browser", "google-chrome"), ("chromedriver",))


class Browser:
    """A browser with a page, which has everything that a reader does with it."""

    def __init__(self, driver):
        self.driver = driver

    def open(self, path: Path) -> None:
        self.driver.get("about:blank")
        self.driver.get_log("browser")
        self.driver.get_log("performance")
        self.driver.get(path.as_uri())

    def all(self, selector: str):
        return self.driver.find_elements("css selector", selector)

    def click(self, element) -> None:
        self.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()

    def until(self, condition):
        """Wait until `condition` is true, and return what it returns."""
        from selenium.webdriver.support.ui import WebDriverWait

        return WebDriverWait(self.driver, 60).until(lambda _: condition())

    def texts(self):
        """Open the browser of texts, and return how many it has found, as it says."""
        self.driver.execute_script("document.getElementById('text-browser').scrollIntoView()")
        return self.until(self.found)

    def found(self):
        return next((each.text for each in self.all(".texts [role=status]") if each.text), None)

    def count(self) -> int:
        """Return the number of texts that the browser of texts says that it has found."""
        said = self.found()
        return 0 if said == "no text fits" else int(said.split()[0].replace(",", ""))

    def search(self, words: str) -> None:
        """Type what texts are searched for, in place of what was typed before."""
        (field,) = self.all(".texts .controls input")
        self.click(field)
        field.clear()
        field.send_keys(words)

    def shown(self, selector: str) -> list[str]:
        """Return the text of every such element, as far as it is shown."""
        return self.driver.execute_script(
            "return [...document.querySelectorAll(arguments[0])].map((each) => each.innerText)", selector
        )

    def table(self, caption: str):
        """Return the one table with this caption."""
        (table,) = [
            each for each in self.all("table") if each.find_element("css selector", "caption").text == caption
        ]
        return table

    def rows(self, table) -> list[list[str]]:
        """Return the cells of a table, as far as they are shown, without its heading."""
        return self.driver.execute_script(
            "return [...arguments[0].tBodies].flatMap((body) => [...body.rows])"
            ".map((row) => [...row.cells].map((cell) => cell.innerText))",
            table,
        )

    @contextmanager
    def without_script(self) -> Iterator[None]:
        """Open pages as who has switched JavaScript off."""
        self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        try:
            yield
        finally:
            self.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    def choose(self, name: str, option: str) -> None:
        from selenium.webdriver.support.ui import Select

        (label,) = [each for each in self.all(".controls label") if each.text.startswith(name)]
        Select(label.find_element("css selector", "select")).select_by_visible_text(option)

    def complaints(self) -> list[object]:
        """Return what the console says, and the requests for anything but the page itself."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        urls = [
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ]
        page = self.driver.current_url.split("#")[0]
        others = [url for url in urls if url.split("#")[0] not in (page, "about:blank")]
        return [*(entry["message"] for entry in self.driver.get_log("browser")), *others]
