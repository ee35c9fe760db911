"""The files that benchmarks/vectors.py reads: the shape of GoogleNews, and what other tools make of them."""

import shutil
import subprocess
import sys
from random import Random

SYLLABLES = ["ka", "to", "ing", "Pre", "é", "sha", "un", "#", "_of_", "ß", "Mr.", "li", "0", "ville", "на"]

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

SAVES = {
    "gensim": "import gensim, sys; gensim.models.KeyedVectors.load_word2vec_format(sys.argv[1], binary=True)"
    ".save(sys.argv[1] + '.kv')",
    "staticvectors": "import sys, gensim; from staticvectors.storage import StorageFactory;"
    "read = gensim.models.KeyedVectors.load_word2vec_format(sys.argv[1], binary=True);"
    "shape = dict(zip(('total', 'dim'), read.vectors.shape)); store = StorageFactory.create("
    "sys.argv[1] + '.staticvectors', 'safetensors', create=True);"
    "store.save({'format': 'text', **shape}, read.vectors, None, None, read.key_to_index, None, None)",
}
"""What writes a tool's own save of a file, by the tool."""


def word(row):
    """A word for a row: phrases joined with `_`, digits, capitals, some that are not ASCII."""
    name, rest = "", row * 2654435761 % 2**32
    while rest:
        rest, digit = divmod(rest, 97)
        name += SYLLABLES[digit % len(SYLLABLES)]
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
    """The file, its gzip, other tools' saves of it and a C scanner beside it; kept for the next time."""
    path = folder / f"vectors-{count}x{dim}.bin"
    if not path.with_suffix(".complete").exists():
        _write(path, count, dim)
        path.with_suffix(".complete").touch()
    for tool, save in SAVES.items():
        done = path.with_suffix(f".{tool}")
        if (
            not done.exists()
            and not subprocess.run([sys.executable, "-c", save, path], check=False).returncode
        ):
            done.touch()
    if shutil.which("cc"):
        command = ["cc", "-O2", "-x", "c", "-", "-o", f"{path}.scan"]
        subprocess.run(command, input=C_SCANNER, text=True, check=True)
    return path


def _write(path, count, dim):
    from isal import igzip_threaded

    gz = igzip_threaded.open(f"{path}.gz", "wb", compresslevel=2, threads=-1)
    with path.open("wb") as file, gz:
        for block in blocks(count, dim):
            file.write(block)
            gz.write(block)


def write_words(folder, count, wanted):
    """Half of the wanted words from the first of the file, more from all of it, one in twenty unknown.

    They are a line each in the file whose path this gives.
    """
    random = Random(1)
    rows = {*random.sample(range(max(count // 20, wanted)), wanted // 2)}
    while len(rows) < wanted * 19 // 20:
        rows.add(random.randrange(count))
    words = [*map(word, rows), *(f"unknown {i}" for i in range(wanted - len(rows)))]
    random.shuffle(words)
    path = folder / f"words-{wanted}-of-{count}.txt"
    path.write_text("\n".join(words), "utf-8")
    return path
