"""How long, and in how much memory, a few thousand words' vectors are had from a word2vec binary file.

    python benchmarks/vectors.py             the shape of GoogleNews: 3,000,000 x 300, 3.6 GB
    python benchmarks/vectors.py --quick     300,000 x 300

Every contender is a process of its own, start of Python and imports included; they take turns, and the median
of the rounds counts. Only ratios within one run mean anything. Every result is compared bit for bit.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

CONTENDERS = Path(__file__).with_name("vector_contenders.py")
PLAIN = [
    "gensim_full",
    "gensim_mmap",
    "buffered_loop",
    "mmap_find",
    "embedkit",
    "embedkit_first",
    "embedkit_again",
    "c_scan",
    "cat",
    "numpy_only",
]
COMPRESSED = ["gensim_full", "embedkit", "embedkit_first", "embedkit_again", "inflate_zlib", "inflate_isal"]
C_SCANNER = r"""
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
    static char word[8192], vector[4 * 4096];
    long count, dim, hash = 0, length;
    FILE *file = fopen(argv[argc - 1], "rb");
    setvbuf(file, NULL, _IOFBF, 1 << 20);
    if (fscanf(file, "%ld %ld", &count, &dim) != 2) return 1;
    getc_unlocked(file);
    for (long i = 0; i < count; i++) {
        for (length = 0; (word[length] = getc_unlocked(file)) != ' '; length++) hash = hash * 31 + word[0];
        if (fread(vector, 4, dim, file) != (size_t)dim) return 1;
    }
    printf("%ld\n", hash);
    return 0;
}
"""


def word(row):
    """A word for a row: phrases joined with `_`, digits, capitals, some that are not ASCII."""
    syllables = (
        "ka",
        "to",
        "ing",
        "Pre",
        "é",
        "sha",
        "un",
        "#",
        "_of_",
        "ß",
        "Mr.",
        "li",
        "0",
        "ville",
        "на",
    )
    name, rest = "", row * 2654435761 % 2**32
    while rest:
        rest, digit = divmod(rest, 97)
        name += syllables[digit % len(syllables)]
    return f"{name}{row:x}"


def blocks(count, dim):
    """The bytes of a file of bfloat16 values in float32, as those of GoogleNews are."""
    import numpy as np

    rng = np.random.default_rng(0)
    yield f"{count} {dim}\n".encode()
    for start in range(0, count, 10_000):
        size = min(10_000, count - start)
        values = (rng.standard_normal((size, dim), np.float32) * np.float32(0.15)).view(np.uint32)
        values &= np.uint32(0xFFFF0000)
        yield b"".join(word(start + i).encode() + b" " + row.tobytes() for i, row in enumerate(values))


def make(folder, count, dim):
    """The file, its gzip, gensim's own save of it and a C scanner beside it; kept for the next time."""
    from isal import igzip_threaded

    path = folder / f"vectors-{count}x{dim}.bin"
    complete = path.with_suffix(".complete")
    if not complete.exists():
        with (
            path.open("wb") as file,
            igzip_threaded.open(f"{path}.gz", "wb", compresslevel=2, threads=-1) as gz,
        ):
            for block in blocks(count, dim):
                file.write(block)
                gz.write(block)
        save = f"load_word2vec_format({str(path)!r}, binary=True).save({f'{path}.kv'!r})"
        subprocess.run(
            [sys.executable, "-c", f"import gensim; gensim.models.KeyedVectors.{save}"], check=True
        )
        complete.touch()
    if shutil.which("cc"):
        subprocess.run(
            ["cc", "-O2", "-x", "c", "-", "-o", f"{path}.scan"], input=C_SCANNER, text=True, check=True
        )
    return path


def write_words(folder, count, wanted):
    """Half of the wanted words from the first twentieth of the file, more from all of it, some unknown."""
    random = Random(1)
    rows = {*random.sample(range(count // 20), wanted // 2)}
    while len(rows) < wanted * 19 // 20:
        rows.add(random.randrange(count))
    words = [*map(word, rows), *(f"unknown {i}" for i in range(wanted - len(rows)))]
    random.shuffle(words)
    path = folder / f"words-{wanted}-of-{count}.txt"
    path.write_text("\n".join(words), "utf-8")
    return path


def measure(name, path, words):
    """Wall seconds and peak MiB of the process that runs one contender, and the digest of its rows."""
    command = [sys.executable, CONTENDERS, name, path, words]
    start = time.perf_counter()
    environment = {**os.environ, "EMBEDKIT_CACHE": str(path.parent / "cache")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        digest, _, memory = process.stdout.read().strip().partition(" ")
    seconds = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"{name} failed")
    return seconds, int(memory) / 1024, digest.strip("-")


def compare(names, path, words, rounds):
    """Print a line for each contender: median seconds, peak memory, and both as ratios to embedkit's."""
    measured = {name: [] for name in names}
    if "embedkit_again" in names:
        measure("embedkit_again", path, words)
    for _ in range(rounds):
        for name in names:
            measured[name].append(measure(name, path, words))
    digests = {digest for results in measured.values() for *_, digest in results if digest}
    assert len(digests) == 1, "the contenders do not agree on the rows"
    medians = {
        name: (statistics.median(s for s, *_ in results), max(m for _, m, _ in results))
        for name, results in measured.items()
    }
    ours, our_memory = medians["embedkit"]
    print(f"\n{path.name}, {words.stem}, median of {rounds}, rows equal bit for bit")
    print(f"{'':16}{'seconds':>9}{'MiB':>8}{'time / embedkit':>17}{'memory / embedkit':>19}")
    for name, (seconds, memory) in medians.items():
        print(
            f"{name:16}{seconds:9.2f}{memory:8.0f}{seconds / ours:17.2f}{memory / our_memory:19.2f}",
            flush=True,
        )


def main():
    """Make the files, then let the contenders take turns over the plain one and over its gzip."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="300,000 vectors in place of 3,000,000")
    parser.add_argument("--words", type=int, default=20_000, help="how many words are looked up")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "embedkit-benchmark")
    parser.add_argument("--only", nargs="*", help="these contenders, and embedkit")
    options = parser.parse_args()
    count = 300_000 if options.quick else 3_000_000
    options.folder.mkdir(parents=True, exist_ok=True)
    path = make(options.folder, count, 300)
    words = write_words(options.folder, count, options.words)
    for file, names in ((path, PLAIN), (path.with_name(f"{path.name}.gz"), COMPRESSED)):
        chosen = [n for n in names if not options.only or n in (*options.only, "embedkit")]
        chosen = [n for n in chosen if n != "c_scan" or Path(f"{path}.scan").exists()]
        compare(chosen, file, words, options.rounds)


if __name__ == "__main__":
    main()
