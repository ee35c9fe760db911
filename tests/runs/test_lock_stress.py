"""Never two runs in one directory, however many processes begin, fail, finish and go on at once.

It takes five seconds, or as many as EMBEDKIT_STRESS_SECONDS says.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

pytestmark = pytest.mark.core

SECONDS = float(os.environ.get("EMBEDKIT_STRESS_SECONDS", "5"))
PROCESSES = 4

WORK = """
import json, os, pathlib, random, shutil, sys, time
from embedkit.errors import EmbedkitError
from embedkit.runs.directory import create_run

class Fails(Exception):
    pass

directory, number, seconds = pathlib.Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
inside, chance, seen = directory.with_name("inside"), random.Random(number), {}

def count(what):
    seen[what] = seen.get(what, 0) + 1

def work(writer):
    count("entered")
    try:
        os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        count("TWO INSIDE")
        return
    try:
        (writer.directory / "mine").write_text(str(number))
        time.sleep(chance.random() / 2000)
        if (writer.directory / "mine").read_text() != str(number):
            count("OVERWRITTEN")
        if chance.random() < 0.2:
            (writer.checkpoints / "epoch-00001").mkdir(parents=True, exist_ok=True)
    finally:
        inside.unlink()

def run():
    with create_run(directory, resume=chance.random() < 0.7) as writer:
        work(writer)
        if chance.random() < 0.7:
            raise Fails
    gone = directory.with_name(f"finished-{number}")
    if (directory / "mine").read_text() != str(number):
        count("ANOTHER'S")
    directory.rename(gone)
    shutil.rmtree(gone)

print("ready", flush=True)
sys.stdin.readline()
end = time.monotonic() + seconds
while time.monotonic() < end:
    try:
        run()
        count("finished")
    except Fails:
        count("failed")
    except EmbedkitError as error:
        count("refused")
    except Exception as error:
        count(f"{type(error).__name__}: {error}")
print(json.dumps(seen))
"""


def test_there_are_never_two_runs_in_one_directory(tmp_path):
    processes = [
        subprocess.Popen(
            [sys.executable, "-P", "-c", WORK, tmp_path / "run", str(number), str(SECONDS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(PROCESSES)
    ]
    try:
        assert {process.stdout.readline() for process in processes} == {"ready\n"}
        for process in processes:
            process.stdin.write("go\n")
            process.stdin.flush()
        seen = Counter()
        for process in processes:
            seen.update(json.loads(process.communicate()[0]))
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    print(dict(seen))
    assert seen.keys() <= {"entered", "finished", "failed", "refused"}
    assert seen["entered"] == seen["finished"] + seen["failed"] > 0
    assert {path.name for path in tmp_path.iterdir()} <= {"run.partial"}
