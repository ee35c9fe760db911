"""`embedkit predict`: classify texts with the model of a finished run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import click

from embedkit.cli.options import json_option, print_json, trust_option
from embedkit.cli.prediction_input import Table, lines_of_file
from embedkit.cli.program import blocked_plugins
from embedkit.data.labels import parts_of
from embedkit.errors import DataError, Fault
from embedkit.report.terminal.lines import say

if TYPE_CHECKING:
    from embedkit.data.labels import Labelling
    from embedkit.evaluation.predictions import Prediction


@click.command()
@click.argument("run")
@click.argument("texts", nargs=-1, metavar="[TEXT]…")
@click.option(
    "--input",
    "file",
    help="A UTF-8 file with one text per line (- is stdin), or with --reader a file in its format.",
)
@click.option("--reader", help="Read --input as a table: csv, tsv, jsonl, parquet, or a plugin's reader.")
@click.option("--text", "column", metavar="COL", help="The column with the texts, if the reader has columns.")
@click.option(
    "--set", "keys", metavar="KEY=VALUE", multiple=True, help="A key of the reader, such as delimiter=';'."
)
@click.option("--unseen", type=click.Choice(["unk"]), help="Use <UNK> for words that the run would look up.")
@trust_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    run: str,
    texts: tuple[str, ...],
    file: str | None,
    reader: str | None,
    column: str | None,
    keys: tuple[str, ...],
    unseen: Literal["unk"] | None,
    trust: bool,
    as_json: bool,
) -> None:
    """Classify each TEXT, each line of a file, or each row of a table, with the model of the run in RUN."""
    from embedkit.api import load

    blocked = blocked_plugins(ctx)
    table = Table(reader, file, column, keys)
    table.check(texts)
    lines = [*texts, *(lines_of_file(file) if file and not reader else [])]
    if not lines and not reader:
        raise DataError(
            Fault("there is nothing to classify", where="predict", hint="Name a TEXT, or --input FILE.")
        )
    examples = table.examples(blocked) if reader else None
    classifier = load(run, blocked, unseen, trust)
    predictions = classifier.predictions(lines) if examples is None else classifier.classify(examples)
    if as_json:
        print_json([_plain(prediction, classifier.labelling) for prediction in predictions])
        return
    for prediction in predictions:
        say(prediction.predicted, f"{prediction.probability:.4f}", prediction.text)


def _plain(prediction: Prediction, labelling: Labelling) -> dict[str, Any]:
    return {
        "id": prediction.id,
        "text": prediction.text,
        "predicted": prediction.predicted,
        "predicted_labels": parts_of(prediction.predicted, labelling.separator),
        "probability": prediction.probability,
        "probabilities": dict(zip(labelling.classes, prediction.probabilities, strict=True)),
        "oov_share": prediction.oov_share,
        "tokens": [
            {"token": token, "state": state, **_amount(prediction, number)}
            for number, (token, state) in enumerate(zip(prediction.tokens, prediction.states, strict=True))
        ],
    }


def _amount(prediction: Prediction, token: int) -> dict[str, bool | int]:
    """Return whether the vector of a token was looked up; of a text encoder, the number of its pieces."""
    if prediction.pieces is None:
        return {"looked_up": prediction.looked_up[token]}
    return {"pieces": prediction.pieces[token]}
