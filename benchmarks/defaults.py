"""What the defaults are worth: one of them changed at a time, on real texts.

    EMBEDKIT_DATA=... OMP_NUM_THREADS=1 python benchmarks/defaults.py random --results runs/defaults.jsonl

trains every variant on every text set with every encoder and seed, one after the other, and prints a table of
the test accuracy. What stands in the results already is not trained again, so that a measurement can be
interrupted; `--show` trains nothing. Of MR each seed has another
fold, the SST sets have their given splits.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = "${EMBEDKIT_DATA}"
GLOVE = {"use": "word2vec-binary", "path": f"{DATA}/vectors/glove6b-100d.mr-sst.ctool.bin"}
UNIFORM = {"use": "random", "dim": 300, "distribution": "uniform", "scale": 0.25}
BY_ACCURACY = {"early_stopping": {"metric": "accuracy", "patience": 3}}

ENCODERS = {"cnn": {"use": "cnn"}, "gru": {"use": "gru", "hidden_size": 100}, "bag": {"use": "bag"}}

QUESTIONS = ("random", "training", "training-glove", "unseen", "candidates")

Overrides = Mapping[str, Any]


def _tsv(name: str) -> dict[str, Any]:
    return {"use": "tsv", "path": f"{DATA}/{name}", "header": False, "columns": ["label", "text"]}


def _given_splits(name: str) -> dict[str, Any]:
    return {
        split: _tsv(f"{name}.{part}.tsv")
        for split, part in {"train": "train", "validation": "dev", "test": "test"}.items()
    }


def _fold_of_mr(number: int) -> dict[str, Any]:
    cut = {"count": 10, "file": f"{DATA}/mr.folds10.txt", "only": number}
    return {"train": _tsv("mr.tsv"), "validation": {"share": 0.1}, "folds": cut}


def _random(dim: int, distribution: str, scale: float) -> Overrides:
    return {"embedding": {"use": "random", "dim": dim, "distribution": distribution, "scale": scale}}


RANDOM: Mapping[str, Overrides] = {
    "N(0, 1), 100": _random(100, "normal", 1.0),
    "U(±0.25), 300": _random(300, "uniform", 0.25),
    "U(±0.25), 100": _random(100, "uniform", 0.25),
    "N(0, 0.1²), 300": _random(300, "normal", 0.1),
    "N(0, 1), 300": _random(300, "normal", 1.0),
    "N(0, 0.1²), 100": _random(100, "normal", 0.1),
    "U(±0.25), 50": _random(50, "uniform", 0.25),
    "U(±0.1), 300": _random(300, "uniform", 0.1),
}
"""How random vectors are drawn, their number of dimensions last."""

TRAINING: Mapping[str, Overrides] = {
    "the defaults": {},
    "no early stopping": {"training.early_stopping": None},
    "no early stopping, 5 epochs": {"training.early_stopping": None, "training.epochs": 5},
    "no early stopping, lr 0.0003": {"training.early_stopping": None, "training.lr": 0.0003},
    "early stopping by accuracy": {"training.early_stopping.metric": "accuracy"},
    "patience 8": {"training.early_stopping.patience": 8},
    "lr 0.0003": {"training.lr": 0.0003},
    "lr 0.002": {"training.lr": 0.002},
    "lr 0.005": {"training.lr": 0.005},
    "batch of 16": {"training.batch_size": 16},
    "batch of 64": {"training.batch_size": 64},
    "max_length 30": {"data.max_length": 30},
}
"""One key of `training` or `data` changed, all others being the defaults."""

ENCODING: Mapping[str, Mapping[str, Overrides]] = {
    "cnn": {
        "dropout 0": {"encoder.dropout": 0.0},
        "dropout 0.3": {"encoder.dropout": 0.3},
        "padding 4": {"encoder.padding": 4},
    },
    "gru": {
        "last state": {"encoder.pooling": "last"},
        "both directions": {"encoder.bidirectional": True},
    },
    "bag": {"dropout 0.5": {"encoder.dropout": 0.5}, "max": {"encoder.pooling": "max"}},
}
"""One key of an encoder changed, all others being the defaults."""

UNSEEN: Mapping[str, Overrides] = {
    "unk": {"embedding.unseen": "unk"},
    "lookup": {"embedding.unseen": "lookup"},
}


KIM = {"use": "cnn", "widths": [3, 4, 5], "maps": 100, "dropout": 0.5, "padding": 4}

CANDIDATES: Mapping[str, Overrides] = {
    "the candidate": {},
    "Kim 2014": {
        "encoder": KIM,
        "training.lr": 0.001,
        "training.batch_size": 50,
        "training.word_dropout": 0.0,
        "training.embedding_dropout": 0.0,
    },
    "3, 4 and 5 words": {"encoder": {**KIM, "maps": 50}},
    "2, 3 and 4 words": {"encoder": {**KIM, "widths": [2, 3, 4], "maps": 50, "padding": 2}},
    "no word dropout": {"training.word_dropout": 0.0},
    "word dropout 0.2": {"training.word_dropout": 0.2},
    "no embedding dropout": {"training.embedding_dropout": 0.0},
    "lr 0.002": {"training.lr": 0.002},
    "lr 0.001": {"training.lr": 0.001},
    "batch of 64": {"training.batch_size": 64},
    "batch of 16": {"training.batch_size": 16},
    "patience 1": {"training.early_stopping.patience": 1},
    "patience 3": {"training.early_stopping.patience": 3},
}
"""One thing changed in the recipe of a candidate of a ranking."""


@dataclass(frozen=True)
class Trial:
    """One training: a variant of the question, on a text set, with an encoder and a seed."""

    question: str
    variant: str
    texts: str
    encoder: str
    seed: int

    @property
    def fold(self) -> int:
        """The fold of MR that the seed is tried on."""
        return self.seed - 1

    @property
    def key(self) -> str:
        return json.dumps([self.question, self.variant, self.texts, self.encoder, self.seed])


def variants(question: str, encoder: str) -> Mapping[str, Overrides]:
    if question == "random":
        return RANDOM
    if question == "unseen":
        return UNSEEN
    if question == "candidates":
        return CANDIDATES if encoder.startswith("cnn") else {"the candidate": {}}
    return {**TRAINING, **ENCODING.get(encoder, {})}


def trials(asked: argparse.Namespace) -> Iterator[Trial]:
    """Seed by seed, so that an interrupted measurement has something of everything."""
    for seed in range(1, asked.seeds + 1):
        for texts in asked.texts:
            for encoder in asked.encoders:
                for variant in asked.variants or variants(asked.question, encoder):
                    if variant in variants(asked.question, encoder):
                        yield Trial(asked.question, variant, texts, encoder, seed)


def recipe(trial: Trial) -> dict[str, Any] | str:
    """The recipe that the trial's overrides change."""
    if trial.question == "unseen":
        return f"kim2014/{trial.texts}-{'gru-' if trial.encoder == 'gru' else ''}nonstatic"
    if trial.question == "candidates":
        return candidate(trial)
    embedding = {"random": {"use": "random"}, "training": UNIFORM, "training-glove": GLOVE}[trial.question]
    training = {"epochs": 25, **BY_ACCURACY} if trial.question == "random" else {}
    return {
        "name": "defaults",
        "seed": trial.seed,
        "data": _fold_of_mr(trial.fold) if trial.texts == "mr" else _given_splits(trial.texts),
        "tokenizer": "whitespace",
        "embedding": embedding,
        "oov": ["uniform"],
        "encoder": ENCODERS[trial.encoder],
        "training": {"checkpoint_every": 0, **training},
        "evaluation": {"metrics": ["accuracy"], "baselines": []},
    }


def candidate(trial: Trial) -> dict[str, Any]:
    """The recipe of the candidate `mean`, `cnn-frozen` or `cnn`; SST's development split is the test."""
    from embedkit.experiments.candidates import of_source
    from embedkit.experiments.sources import sources
    from embedkit.plugin.registry import build_registry

    vectors = Path(os.path.expandvars(GLOVE["path"]))
    data = _fold_of_mr(trial.fold) if trial.texts == "mr" else _given_splits(trial.texts)
    if trial.texts != "mr":
        data = {"train": data["train"], "test": data["validation"]}
    recipes = of_source(sources([vectors], build_registry())[-1], {**data, "validation": None})
    (found,) = (recipe for name, recipe in recipes.items() if name.endswith(f"-{trial.encoder}"))
    return {**found, "seed": trial.seed}


def always(trial: Trial) -> Overrides:
    """What is changed besides in a recipe that comes with embedkit."""
    if trial.question != "unseen":
        return {}
    only = {"data.folds.only": trial.fold} if trial.texts == "mr" else {}
    return {"seed": trial.seed, "evaluation.baselines": [], "training.checkpoint_every": 0, **only}


def train(trial: Trial) -> dict[str, Any]:
    """Accuracy on the test split, and the seconds of a processor that it took."""
    import embedkit

    started = time.process_time()
    changes = variants(trial.question, trial.encoder)[trial.variant]
    with tempfile.TemporaryDirectory() as folder:
        run = embedkit.run(recipe(trial), out=Path(folder) / "run", set={**changes, **always(trial)})
        accuracy = run.metrics["test"]["accuracy"]
    return {"accuracy": accuracy, "seconds": time.process_time() - started}


def show(question: str, results: Mapping[str, dict[str, Any]]) -> None:
    """Print the mean test accuracy and time of each variant: a column for each text set and encoder."""
    table: dict[str, dict[tuple[str, str], list[float]]] = {}
    spent: dict[str, dict[tuple[str, str], list[float]]] = {}
    for key, found in results.items():
        asked, variant, texts, encoder, _ = json.loads(key)
        if asked == question:
            table.setdefault(variant, {}).setdefault((encoder, texts), []).append(100 * found["accuracy"])
            spent.setdefault(variant, {}).setdefault((encoder, texts), []).append(found["seconds"])
    columns = sorted({column for row in table.values() for column in row})
    print("| |", " | ".join(f"{encoder}, {texts}" for encoder, texts in columns), "|")
    print("|---|" + "---|" * len(columns))
    for variant, row in table.items():
        cells = [_cell(row.get(column, []), spent[variant].get(column, [])) for column in columns]
        print(f"| {variant} |", " | ".join(cells), "|")


def _cell(values: list[float], seconds: list[float]) -> str:
    if not values:
        return "–"
    return f"{statistics.mean(values):.1f} ({len(values)}), {statistics.mean(seconds):.0f} s"


def read(path: Path) -> dict[str, dict[str, Any]]:
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {row["key"]: row for row in rows}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("question", choices=QUESTIONS)
    parser.add_argument("--texts", nargs="+", default=["sst2", "sst1", "mr"])
    parser.add_argument("--encoders", nargs="+", default=["cnn", "gru"])
    parser.add_argument("--variants", nargs="+")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--results", type=Path, default=Path("runs/defaults.jsonl"))
    parser.add_argument("--show", action="store_true")
    return parser.parse_args()


def main() -> None:
    asked = parse()
    if not asked.show and "EMBEDKIT_DATA" not in os.environ:
        sys.exit("EMBEDKIT_DATA names no folder of texts")
    results = read(asked.results)
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    for trial in () if asked.show else trials(asked):
        if trial.key not in results:
            results[trial.key] = {"key": trial.key, **train(trial)}
            with asked.results.open("a", encoding="utf-8") as file:
                file.write(json.dumps(results[trial.key]) + "\n")
            print(trial.key, results[trial.key], file=sys.stderr, flush=True)
    show(asked.question, results)


if __name__ == "__main__":
    main()
