"""How long, and in how much memory, some words' vectors are had from a word2vec binary file.

    python benchmarks/vectors.py                the shape of GoogleNews: 3,000,000 x 300, 3.6 GB
    python benchmarks/vectors.py --quick        300,000 x 300
    python benchmarks/vectors.py --processor    goals in processor time, for a machine that is busy

Every contender is a process of its own, start of Python and imports included; they take turns, and the median
of the rounds counts. Only ratios within one run mean anything. Every result is compared bit for bit. Files
stay in the folder for the next time; the large ones take 14 GB. Contenders that are not installed
(benchmarks/requirements.txt) are named and left out. Ends with 1 where a goal for 3,000,000 is missed.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from vector_files import make, write_words

CONTENDERS = Path(__file__).with_name("vector_contenders.py")
RIVALS = ["mmap_find", "buffered_loop", "embfile", "word_vectors", "gensim_full"]
PLAIN = [
    "embedkit",
    "embedkit_two",
    "embedkit_first",
    "embedkit_again",
    *RIVALS,
    "gensim_limit",
    "gensim_mmap",
    "staticvectors",
    "c_scan",
    "cat",
    "numpy_only",
]
COMPRESSED = [
    "embedkit",
    "embedkit_first",
    "embedkit_again",
    "embedkit_converted",
    "gensim_full",
    "inflate_zlib",
    "inflate_isal",
    "numpy_only",
]
OTHER_SIZES = [
    "embedkit",
    "embedkit_two",
    "embedkit_first",
    "embedkit_again",
    "mmap_find",
    "gensim_mmap",
    "numpy_only",
]
BESIDE = ".gz / inflating with isal"
"""The goal that needs a second core: what is inflated in one thread is scanned in another."""

WARMED = ["embedkit_again", "embedkit_converted"]


class Measured(NamedTuple):
    """Medians of one contender's seconds, wall and processor, and the largest peak memory in MiB."""

    seconds: float
    processor: float
    mib: float


def reason_to_skip(name, path):
    """Why a contender cannot take part, or None."""
    package = name.partition("_")[0] if name.startswith("gensim") else name
    if package in ("gensim", "embfile", "word_vectors", "staticvectors") and not find_spec(package):
        return f"{package} is not installed"
    beside = {"c_scan": f"{path}.scan", "staticvectors": f"{path}.staticvectors", "gensim_mmap": f"{path}.kv"}
    return None if Path(beside.get(name, path)).exists() else f"{beside[name]} could not be made"


def once(name, path, words):
    """One process of one contender, and the digest of its rows."""
    command = [sys.executable, CONTENDERS, name, path, words]
    environment = {**os.environ, "EMBEDKIT_CACHE": str(path.parent / "cache")}
    start, busy = time.perf_counter(), processor_seconds()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        out, problem = process.communicate()
    seconds, processor = time.perf_counter() - start, processor_seconds() - busy
    if process.returncode:
        raise SystemExit(f"{name} failed:\n{problem}")
    digest, _, memory = out.strip().rpartition("\n")[2].partition(" ")
    return Measured(seconds, processor, int(memory) / 1024), digest.strip("-")


def processor_seconds():
    """Of all processes so far that have ended, and those that they waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def compare(names, path, words, rounds):
    """What each contender took; prints a line for each, its time and memory as ratios to embedkit's."""
    skipped = {name: reason for name in names if (reason := reason_to_skip(name, path))}
    taking_part = [name for name in names if name not in skipped]
    for name in taking_part:
        if name in WARMED:
            once(name, path, words)
    results = [(name, *once(name, path, words)) for _ in range(rounds) for name in taking_part]
    if len({digest for *_, digest in results if digest}) != 1:
        raise SystemExit("the contenders do not agree on the rows")
    measured = {name: middle([each for other, each, _ in results if other == name]) for name in taking_part}
    show(f"{path.name}, {words.stem}, median of {rounds}, rows equal bit for bit", measured)
    for name, reason in skipped.items():
        print(f"{name:20} left out: {reason}")
    return measured


def middle(results):
    seconds, processor = (statistics.median(each[i] for each in results) for i in range(2))
    return Measured(seconds, processor, max(each.mib for each in results))


def show(title, measured):
    """A table of the contenders."""
    ours = measured["embedkit"]
    print(f"\n{title}\n{'':20}{'seconds':>9}{'processor':>11}{'MiB':>8}", end="")
    print(f"{'time / embedkit':>17}{'processor / embedkit':>22}")
    for name, (seconds, processor, mib) in measured.items():
        ratios = f"{seconds / ours.seconds:17.2f}{processor / ours.processor:22.2f}"
        print(f"{name:20}{seconds:9.2f}{processor:11.2f}{mib:8.0f}{ratios}", flush=True)


def on_processor(measured):
    """The same contenders with the seconds of a processor as their time."""
    return {name: each._replace(seconds=each.processor) for name, each in measured.items()}


def goals(plain, gz, others):
    """(what, measured, bound), of 20,000 of 3,000,000 words where no number is said.

    What is measured must not be greater. `others` has by their number what other words took.
    """
    best = min(plain[name].seconds for name in RIVALS if name in plain)
    gensim, gz_gensim = plain["gensim_full"], gz["gensim_full"]
    yield "first use / best other in Python", plain["embedkit"].seconds / best, 1
    if "c_scan" in plain:
        yield "first use / scan in C", plain["embedkit"].seconds / plain["c_scan"].seconds, 2.5
    yield "first use / gensim, time", plain["embedkit"].seconds / gensim.seconds, 1 / 18
    yield "first use, MiB", plain["embedkit"].mib, 90
    yield "with the index / gensim, time", plain["embedkit_first"].seconds / gensim.seconds, 1 / 12
    yield "with the index / gensim, memory", plain["embedkit_first"].mib / gensim.mib, 1 / 25
    again = plain["embedkit_again"].seconds
    yield "later / Python with numpy", again / plain["numpy_only"].seconds, 2.5
    yield "later / gensim's mmap", again / plain["gensim_mmap"].seconds, 1 / 30
    yield BESIDE, gz["embedkit"].seconds / gz["inflate_isal"].seconds, 1.2
    yield ".gz / gensim, time", gz["embedkit"].seconds / gz_gensim.seconds, 1 / 5
    yield ".gz / gensim, memory", gz["embedkit"].mib / gz_gensim.mib, 1 / 40
    for kind, bound in (("again", 2.5), ("converted", 2)):
        later = gz[f"embedkit_{kind}"].seconds
        yield f".gz {kind} / Python with numpy", later / gz["numpy_only"].seconds, bound
    for wanted, measured in {20_000: plain, **others}.items():
        later = measured["embedkit_again"].seconds / measured["embedkit"].seconds
        yield f"{wanted:,} words, later / first use", later, 1


def report(plain, gz, others, free):
    """Print the goals; whether all are reached. Two threads are no gain but where processors are `free`."""
    asked = [goal for goal in goals(plain, gz, others) if free or goal[0] != BESIDE]
    reached = [(what, ratio, bound, ratio <= bound) for what, ratio, bound in asked]
    print(f"\n{'20,000 of 3,000,000':36}{'measured':>10}{'at most':>10}")
    for what, ratio, bound, kept in reached:
        print(f"{what:36}{ratio:10.3f}{bound:10.3f}{'' if kept else '   missed'}")
    return all(kept for *_, kept in reached)


def asked():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="300,000 vectors in place of 3,000,000")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--processor", action="store_true", help="goals in processor time, for a machine that is busy"
    )
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "embedkit-benchmark")
    parser.add_argument("--only", nargs="*", help="these contenders, and embedkit; 20,000 words, no goals")
    return parser.parse_args()


def main():
    """Make the files, then let the contenders take turns over the plain one and over its gzip."""
    options = asked()
    count = 300_000 if options.quick else 3_000_000
    options.folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", *find_spec("embedkit").submodule_search_locations]
    )
    path = make(options.folder, count, 300)
    gz = path.with_name(f"{path.name}.gz")
    words = write_words(options.folder, count, 20_000)
    if options.only is not None:
        chosen = ["embedkit", *options.only]
        for file, names in ((path, PLAIN), (gz, COMPRESSED)):
            compare([name for name in names if name in chosen], file, words, options.rounds)
        return 0
    measured = [
        compare(PLAIN, path, words, options.rounds),
        compare(COMPRESSED, gz, words, options.rounds),
    ]
    others = {
        wanted: compare(OTHER_SIZES, path, write_words(options.folder, count, wanted), options.rounds)
        for wanted in (15, count * 2 // 15)
    }
    if options.processor:
        measured = [*map(on_processor, measured)]
        others = {wanted: on_processor(each) for wanted, each in others.items()}
    return 0 if options.quick else int(not report(*measured, others, free=not options.processor))


if __name__ == "__main__":
    sys.exit(main())
