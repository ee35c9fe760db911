"""Ways to get the vectors of some words out of a word2vec binary file. Each runs as a process of its own:

    python vector_contenders.py NAME FILE WORDS

reads the words, a line each, and prints the SHA-256 of their vectors, zero where a word has none,
and the peak memory of the process in KiB.
"""

import hashlib
import mmap
import os
import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path


def numpy_only(_path, _words):
    """Floor: start Python and import numpy."""
    import numpy  # noqa: F401


def cat(path, _words):
    """Floor: read the file."""
    subprocess.run(["cat", path], stdout=subprocess.DEVNULL, check=True)


def inflate_isal(path, _words):
    """Floor: decompress the file with isal."""
    from isal import igzip

    with igzip.open(path) as file:
        _drain(file)


def inflate_zlib(path, _words):
    """Decompress the file with Python's own gzip module."""
    import gzip

    with gzip.open(path) as file:
        _drain(file)


def _drain(file):
    block = memoryview(bytearray(1 << 20))
    while file.readinto(block):
        pass


def gensim_full(path, words):
    """KeyedVectors.load_word2vec_format, then the rows."""
    from gensim.models import KeyedVectors

    return _rows(KeyedVectors.load_word2vec_format(path, binary=True), words)


def gensim_mmap(path, words):
    """gensim's own save of the same vectors, opened with mmap='r'."""
    from gensim.models import KeyedVectors

    return _rows(KeyedVectors.load(f"{path}.kv", mmap="r"), words)


def gensim_limit(path, words):
    """load_word2vec_format with `limit`, the usual advice where memory is short: later words are lost."""
    from gensim.models import KeyedVectors

    _rows(KeyedVectors.load_word2vec_format(path, binary=True, limit=500_000), words)


def _rows(vectors, words):
    import numpy as np

    found = np.zeros((len(words), vectors.vector_size), np.float32)
    for i, word in enumerate(words):
        if word in vectors:
            found[i] = vectors[word]
    return found


def embfile(path, words):
    """embfile's build_matrix, which reads the file once and keeps what is wanted."""
    from embfile import BinaryEmbFile, build_matrix

    with BinaryEmbFile(path, verbose=0) as file:
        return build_matrix(file, words, oov_initializer=None, verbose=False).matrix


def word_vectors(path, words):
    """word-vectors' read_w2v, which reads all of the file, then the rows."""
    import numpy as np
    from word_vectors.read import read_w2v

    index, vectors = read_w2v(path)
    found = np.zeros((len(words), vectors.shape[1]), np.float32)
    for i, word in enumerate(words):
        if word in index:
            found[i] = vectors[index[word]]
    return found


def staticvectors(path, words):
    """staticvectors' own save of the same vectors."""
    import numpy as np
    from staticvectors import StaticVectors

    model = StaticVectors(f"{path}.staticvectors")
    found = np.zeros((len(words), model.config["dim"]), np.float32)
    known = [i for i, word in enumerate(words) if word in model.tokens]
    found[known] = model.embeddings([words[i] for i in known], normalize=False)
    return found


def mmap_find(path, words):
    """The loop over mmap.find, as it is copied from page to page."""
    import numpy as np

    wanted = {word: i for i, word in enumerate(words)}
    with Path(path).open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        count, dim = map(int, content.readline().split())
        found = np.zeros((len(words), dim), np.float32)
        position = content.tell()
        for _ in range(count):
            space = content.find(b" ", position)
            word = content[position:space].decode("utf-8").lstrip("\n")
            if word in wanted:
                found[wanted[word]] = np.frombuffer(content[space + 1 : space + 1 + 4 * dim], np.float32)
            position = space + 1 + 4 * dim
    return found


def buffered_loop(path, words):
    """The loop over file.read(1), as it is copied from page to page."""
    import numpy as np

    wanted = {word: i for i, word in enumerate(words)}
    with Path(path).open("rb") as file:
        count, dim = map(int, file.readline().split())
        found = np.zeros((len(words), dim), np.float32)
        for _ in range(count):
            word = b""
            while (character := file.read(1)) != b" ":
                word += character
            vector = file.read(4 * dim)
            i = wanted.get(word.decode("utf-8").lstrip("\n"))
            if i is not None:
                found[i] = np.frombuffer(vector, np.float32)
    return found


def embedkit(path, words):
    """First use: one pass, nothing cached."""
    from embedkit import open_vectors

    return open_vectors(path, cache=False).lookup(words).vectors


def embedkit_two(path, words):
    """The same by two processes, a half each."""
    from embedkit import open_vectors

    return open_vectors(path, cache=False, processes=2).lookup(words).vectors


def embedkit_first(path, words):
    """First use: one pass that writes the index, or for a compressed file the rows, into an empty cache."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["EMBEDKIT_CACHE"] = folder
        return embedkit_again(path, words)


def embedkit_again(path, words):
    """Later use: by the index, or the rows that were kept."""
    from embedkit import open_vectors

    return open_vectors(path).lookup(words).vectors


def embedkit_converted(path, words):
    """Later use of a compressed file, of which `cache: full` has kept everything: any words."""
    from embedkit import open_vectors

    return open_vectors(path, cache="full").lookup(words).vectors


def c_scan(path, _words):
    """Floor: a scanner in C, compiled beforehand to FILE.scan; prints the digest of nothing."""
    subprocess.run([f"{path}.scan", path], stdout=subprocess.DEVNULL, check=True)


def peak_kib(processes):
    """Peak resident memory of this process, and where there are two, of the largest that it started.

    That counts the memory which a child shares with its parent until it begins its own work, too.
    """
    return _own_peak_kib() + (processes - 1) * _kib(resource.getrusage(resource.RUSAGE_CHILDREN))


def _own_peak_kib():
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s*(\d+)", status.read_text())[1])
    return _kib(resource.getrusage(resource.RUSAGE_SELF))


def _kib(usage):
    return usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)


if __name__ == "__main__":
    name, path, words_path = sys.argv[1:]
    words = Path(words_path).read_text("utf-8").split("\n")
    vectors = globals()[name](path, words)
    digest = "-" if vectors is None else hashlib.sha256(memoryview(vectors).cast("B")).hexdigest()
    print(digest, peak_kib(2 if name == "embedkit_two" else 1))
