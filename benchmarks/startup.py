"""How long the command line takes to start, in multiples of what Python itself takes.

    python benchmarks/startup.py [ROUNDS]

Runs `python -c pass`, `embedkit --help` and `embedkit validate quickstart` in turn, ROUNDS times, and prints
the median of each and its ratio to Python's. The commands are called as the installed script calls them, with
their bytecode compiled, as pip leaves it. Ends with 1 where a goal is missed.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence

SCRIPT = "import sys; from embedkit.cli import main; sys.exit(main())"
BASELINE = "python -c pass"
COMMANDS: Mapping[str, Sequence[str]] = {
    BASELINE: ("pass",),
    "embedkit --help": (SCRIPT, "--help"),
    "embedkit validate quickstart": (SCRIPT, "validate", "quickstart"),
}
GOALS = {"embedkit --help": 8, "embedkit validate quickstart": 20}


def seconds(arguments: Sequence[str], environment: Mapping[str, str]) -> float:
    """The time of one call, from start to end of the process."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-P", "-c", *arguments], check=True, stdout=subprocess.DEVNULL, env=environment
    )
    return time.perf_counter() - start


def measure(rounds: int) -> dict[str, float]:
    """The median seconds of each command over interleaved rounds, after one that compiles bytecode."""
    with tempfile.TemporaryDirectory() as bytecode:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": bytecode}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
        for _ in range(rounds + 1):
            for name, arguments in COMMANDS.items():
                taken[name].append(seconds(arguments, environment))
    return {name: statistics.median(times[1:]) for name, times in taken.items()}


def main() -> int:
    """Print the table; 1 where a goal is missed."""
    medians = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 21)
    print(f"{'':30}{'median':>9}{'ratio':>8}{'goal':>7}")
    missed = 0
    for name, median in medians.items():
        ratio = median / medians[BASELINE]
        goal = GOALS.get(name)
        missed += goal is not None and ratio > goal
        print(f"{name:30}{median * 1000:6.1f} ms{ratio:7.1f}×{f'{goal}×' if goal else '':>7}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
