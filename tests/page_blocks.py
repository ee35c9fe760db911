"""The blocks of a page of the docs, and whether a command prints what the page shows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
LEFT_OUT = "…"
ANY_LINES = r"(?:.*\n)*?"


@dataclass(frozen=True)
class Shown:
    """A command on a page, and the lines that it is shown to print."""

    command: str
    lines: Sequence[str]


def as_pinned(*names: str) -> bool:
    """Return whether these distributions have the versions of constraints.txt."""
    text = (DOCS.parent / "constraints.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w.-]+)==(.+)$", text, re.MULTILINE))
    try:
        return all(version(name).partition("+")[0] == pins[name] for name in names)
    except PackageNotFoundError:
        return False


def blocks(page: Path, language: str) -> list[str]:
    """Return the code of the fenced blocks of a language, in their order."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def commands(page: Path) -> list[Shown]:
    """Return the commands of the console blocks, each with the output that follows it."""
    found = []
    for block in blocks(page, "console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append(Shown(command, output.splitlines()))
    return found


def shape(line: str) -> str:
    """Return a line without what may differ between machines: figures, bars, which label was predicted."""
    line = re.sub(r"[█▓░]+", "", line)
    line = re.sub(r"[-+]?\d[\d,.]*", "#", line)
    line = re.sub(r"predicted \w+ (\(#\)), \w+", r"predicted \1", line)
    return re.sub(r"\s+", " ", line).strip()


def is_shown(shown: Sequence[str], printed: Sequence[str]) -> bool:
    """Return whether the lines that a page shows are printed; `…` stands for any lines.

    Figures and bars are not compared.
    """
    expected = "".join(ANY_LINES if line == LEFT_OUT else f"{re.escape(shape(line))}\n" for line in shown)
    text = "\n".join(map(shape, printed)).rstrip("\n")
    return re.fullmatch(expected, f"{text}\n" if text else "") is not None
