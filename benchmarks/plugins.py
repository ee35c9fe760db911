"""How much longer `embedkit plugins` takes with twenty trivial plugins installed than without.

    python benchmarks/plugins.py [ROUNDS]

Makes twenty distributions, each with a tokenizer and a command, and has pip install them into a folder of its
own, which stands on the path of every second call: Python finds them as it finds those in an environment. The
folder of the other calls is empty. Both calls are made in turn, ROUNDS times; prints the medians, wall and
processor time, and the median of the ratios of the pairs. Ends with 1 if the ratio of processor time is above
the goal: wall time varies with what else the machine does.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path

SCRIPT = "import sys; from embedkit.cli import main; sys.exit(main())"
PLUGINS = 20
GOAL = 1.3

MODULE = '''"""A trivial plugin."""

import click

from embedkit.plugin_api import hookimpl


class Words:
    """What stands between white space."""

    def __init__(self, *, lowercase: bool = False) -> None:
        self.lowercase = lowercase

    def tokenize(self, texts):
        """Return the words of each text."""
        return [(text.lower() if self.lowercase else text).split() for text in texts]


@hookimpl
def register_tokenizers(register):
    """Register the tokenizer."""
    register("words-{0}", Words)


@click.command()
def command():
    """Do nothing."""
'''
METADATA = (
    "Metadata-Version: 2.1\nName: embedkit-words-{0}\nVersion: 1.0\nRequires-Dist: embedkit-text>=0.1\n"
)
WHEEL = "Wheel-Version: 1.0\nGenerator: benchmark\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
ENTRIES = """[embedkit]
words-{0} = embedkit_words_{0}

[embedkit.commands]
words-{0} = embedkit_words_{0}:command
"""


@dataclass(frozen=True)
class Taken:
    """The seconds of one call: on the wall, and of the processor."""

    wall: float
    processor: float


def write_wheel(folder: Path, number: int) -> Path:
    """Write the wheel of one trivial plugin, as a build backend would."""
    name = f"embedkit_words_{number}"
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}.py": MODULE.replace("{0}", str(number)),
        f"{info}/METADATA": METADATA.format(number),
        f"{info}/WHEEL": WHEEL,
        f"{info}/entry_points.txt": ENTRIES.format(number),
    }
    record = "".join(f"{file},,\n" for file in [*files, f"{info}/RECORD"])
    wheel = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file, text in {**files, f"{info}/RECORD": record}.items():
            archive.writestr(file, text)
    return wheel


def install(folder: Path) -> None:
    """Have pip install the plugins into `folder`."""
    with tempfile.TemporaryDirectory() as built:
        wheels = [str(write_wheel(Path(built), number)) for number in range(PLUGINS)]
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"]
        subprocess.run([*pip, "--target", str(folder), *wheels], check=True)


def call(folder: Path, bytecode: Path) -> tuple[Taken, str]:
    """List the plugins with `folder` on the path; return the time, and what was printed."""
    path = os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH")]))
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONPYCACHEPREFIX": str(bytecode)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, start = processor_seconds(), time.perf_counter()
    command = [sys.executable, "-P", "-c", SCRIPT, "plugins"]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    return Taken(time.perf_counter() - start, processor_seconds() - before), done.stdout


def processor_seconds() -> float:
    """Return the processor time, user and system, of all processes that have ended."""
    try:
        from resource import RUSAGE_CHILDREN, getrusage
    except ImportError:  # Windows
        return os.times().children_user + os.times().children_system
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(rounds: int) -> dict[str, list[Taken]]:
    """Return the times of both calls over interleaved rounds, after one that compiles bytecode."""
    taken: dict[str, list[Taken]] = {"without": [], "with": []}
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        folders = {name: home / name for name in taken}
        for folder in folders.values():
            folder.mkdir()
        install(folders["with"])
        for _ in range(rounds + 1):
            for name, folder in folders.items():
                seconds, listed = call(folder, home / "bytecode")
                assert listed.count(" embedkit-words-") == (2 * PLUGINS if name == "with" else 0), listed
                taken[name].append(seconds)
    return {name: times[1:] for name, times in taken.items()}


def main() -> int:
    """Print the table; return 1 if the goal is missed."""
    taken = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
    print(f"{'embedkit plugins':26}{'without':>10}{f'with {PLUGINS}':>10}{'ratio':>8}{'goal':>7}")
    ratios = {}
    for clock in ("wall", "processor"):
        without, beside = ([getattr(each, clock) for each in taken[name]] for name in ("without", "with"))
        ratios[clock] = statistics.median(b / a for a, b in zip(without, beside, strict=True))
        figures = [f"{statistics.median(times) * 1000:.0f} ms" for times in (without, beside)]
        goal = f"{GOAL}" if clock == "processor" else ""
        print(f"{clock + ' time':26}{figures[0]:>10}{figures[1]:>10}{ratios[clock]:>8.2f}{goal:>7}")
    return int(ratios["processor"] > GOAL)


if __name__ == "__main__":
    sys.exit(main())
