"""What a page costs: seconds and memory to write it, its size, and how long a browser takes to open it.

    python benchmarks/report.py [DIRECTORY]

Trains a bag of random vectors on 10,000 and on 100,000 texts that are made up, in DIRECTORY or a temporary
one, and writes the page of each run by `embedkit report`. The goal is one of processor seconds,
which are those that a quiet processor takes. Where the extra `browser` and Chromium are
installed, the page is opened, and all its texts are searched. Ends with 1 where a goal is missed.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

GOALS = {10_000: (5.0, 500, 2_000_000), 100_000: (None, None, 8_000_000)}
"""By number of texts: processor seconds, MB of memory, and bytes of the page."""
OPENED = 2.0
"""Seconds in which a browser opens the largest page."""
RECIPE = """
name: made
seed: 1
data:
  train: {{use: tsv, path: "{texts}", columns: [label, text], header: false}}
  test: {{use: tsv, path: "{texts}", columns: [label, text], header: false}}
tokenizer: whitespace
vocabulary: {{max_size: 5000}}
embedding: {{use: random, dim: 16}}
encoder: bag
training: {{epochs: 1, batch_size: 256}}
evaluation: {{baselines: []}}
"""


def write_texts(path: Path, n: int) -> None:
    """Write n texts of 20 words drawn by Zipf's law, of two classes that some words tell apart."""
    random = np.random.default_rng(0)
    places = np.minimum(random.zipf(1.3, size=(n, 20)), 50_000)
    lines = []
    for row in places:
        label = "positive" if np.median(row) > 5 else "negative"
        lines.append(f"{label}\t{' '.join(f'word{place}' for place in row)}\n")
    path.write_text("".join(lines), encoding="utf-8")


def trained(home: Path, n: int) -> Path:
    """Return the directory of a run that has predicted n texts."""
    out = home / f"run-{n}"
    if not out.exists():
        write_texts(home / f"{n}.tsv", n)
        (home / f"{n}.yaml").write_text(RECIPE.format(texts=home / f"{n}.tsv"), encoding="utf-8")
        command = [sys.executable, "-m", "embedkit", "run", str(home / f"{n}.yaml"), "--out", str(out), "-q"]
        subprocess.run(command, check=True)
    return out


def written(run: Path, page: Path) -> tuple[float, float, float]:
    """Write the page in a process of its own; return seconds, processor seconds and most MB."""
    start = time.perf_counter()
    command = [sys.executable, "-m", "embedkit", "report", str(run), "--out", str(page)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = wait4(process.pid)
    if status:
        raise SystemExit("the page could not be written")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000


def wait4(pid: int) -> tuple[int, int, resource.struct_rusage]:
    """Return what the system says of a process that has ended."""

    return os.wait4(pid, 0)


def opened(page: Path) -> tuple[float, float] | None:
    """Return the seconds until a browser has the page, and until all texts are there; None without one."""
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        return None
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver_program = shutil.which("chromedriver")
    if program is None or driver_program is None:
        return None
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    driver = webdriver.Chrome(options=options, service=Service(driver_program))
    try:
        start = time.perf_counter()
        driver.get(page.as_uri())
        there = time.perf_counter() - start
        driver.execute_script("document.getElementById('text-browser').scrollIntoView()")
        while not driver.find_elements("css selector", ".texts .found .text"):
            time.sleep(0.01)
        return there, time.perf_counter() - start
    finally:
        driver.quit()


def measure(home: Path, n: int) -> int:
    """Print the figures of one size; return how many goals are missed."""
    run, page = trained(home, n), home / f"{n}.html"
    seconds, processor, memory = written(run, page)
    size, goals = page.stat().st_size, GOALS[n]
    browser = opened(page)
    shown = "no browser" if browser is None else f"open {browser[0]:.2f} s, all texts {browser[1]:.2f} s"
    print(
        f"{n:>8,} texts: written in {processor:.1f} processor seconds ({seconds:.1f} s), {memory:.0f} MB;"
        f" page {size / 1e6:.2f} MB; {shown}",
        flush=True,
    )
    found = (processor, memory, size)
    missed = sum(goal is not None and value > goal for value, goal in zip(found, goals, strict=True))
    return missed + (browser is not None and browser[1] > OPENED)


def main() -> int:
    """Print the figures of both sizes; 1 where a goal is missed."""
    if len(sys.argv) > 1:
        home = Path(sys.argv[1])
        home.mkdir(parents=True, exist_ok=True)
        return int(sum(measure(home, n) for n in GOALS) > 0)
    with tempfile.TemporaryDirectory() as folder:
        return int(sum(measure(Path(folder), n) for n in GOALS) > 0)


if __name__ == "__main__":
    sys.exit(main())
