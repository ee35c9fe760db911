"""How soon `embedkit rank` has an answer on 10,662 sentences, and whether it is that of the full grid.

    python benchmarks/ranking.py                  seconds to the first table, the first tier, the end
    python benchmarks/ranking.py --grid           the full grid as well, which takes most of an hour
    python benchmarks/ranking.py --out DIRECTORY  keep the rankings; what is finished there is not repeated

Needs EMBEDKIT_DATA, the folder with `mr.tsv` and `vectors/glove6b-100d.mr-sst.ctool.bin`. The seconds are
those of this machine; its processors are named. Ends with 1 where a goal for two processors is missed, or
where the first tiers differ.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import embedkit
from embedkit.evaluation.ranking.result import Ranking
from embedkit.experiments.ranking.contest import Standing
from embedkit.files.resources import processors
from embedkit.report.terminal.ranking import print_ranking
from embedkit.report.terminal.ranking_progress import ConsoleAudience
from embedkit.report.terminal.screen import Screen

GOALS = {"first table": 60, "first tier": 300, "end": 480}
"""Seconds."""


class Clock(ConsoleAudience):
    """Prints how it goes on, and notes when the first table stands, and when the first tier does."""

    def __init__(self) -> None:
        super().__init__(Screen(stderr=True, width=100), None)
        self.begun = time.monotonic()
        self.taken: dict[str, float] = {}

    def note(self, what: str) -> None:
        self.taken.setdefault(what, time.monotonic() - self.begun)

    def show_table(self, standing: Standing) -> None:
        super().show_table(standing)
        self.note("first table")

    def decided(self, ranking: Ranking) -> None:
        super().decided(ranking)
        self.note("first tier")


def rank(out: Path, race: bool) -> tuple[Ranking, dict[str, float]]:
    data = Path(os.environ["EMBEDKIT_DATA"])
    clock = Clock()
    ranking = embedkit.rank(
        data / "mr.tsv",
        vectors=[data / "vectors" / "glove6b-100d.mr-sst.ctool.bin"],
        out=out,
        race=race,
        audience=clock,
        resume=out.exists(),
    )
    clock.note("end")
    return ranking, clock.taken


def compare(race: Ranking, grid: Ranking) -> bool:
    """Print how race and grid differ; return whether their first tiers are the same."""
    share = race.trainings.done / grid.trainings.done
    print(f"trainings: {race.trainings.done} of {grid.trainings.done} ({share:.0%})")
    print(f"seconds: {race.seconds:,.0f} of {grid.seconds:,.0f} ({race.seconds / grid.seconds:.0%})")
    same = {*race.tiers[0]} == {*grid.tiers[0]}
    print(f"first tier of the race: {', '.join(race.tiers[0])}")
    print(f"first tier of the grid: {', '.join(grid.tiers[0])}")
    return same


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--grid", action="store_true")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if "EMBEDKIT_DATA" not in os.environ:
        print("skipped: EMBEDKIT_DATA is not set")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        out = options.out or Path(folder)
        race, taken = rank(out / "race", race=True)
        print_ranking(race)
        print(f"on {processors()} processors:")
        for what, goal in GOALS.items():
            print(f"  {what:12} {taken[what]:6.0f} s   goal {goal} s")
        missed = any(taken[what] > goal for what, goal in GOALS.items())
        if options.grid:
            grid, _ = rank(out / "grid", race=False)
            missed |= not compare(race, grid)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
