"""`embedkit predict`: classify texts with the model of a finished run."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Literal

import click

from embedkit.cli.lines import say
from embedkit.cli.options import json_option, lines_of, print_json, trust_option
from embedkit.cli.program import blocked_plugins
from embedkit.data.labels import parts_of
from embedkit.errors import DataError, Fault

if TYPE_CHECKING:
    from embedkit.data.labels import Labelling
    from embedkit.evaluation.predictions import Prediction


@click.command()
@click.argument("run")
@click.argument("texts", nargs=-1, metavar="[TEXT]…")
@click.option(
    "--input", "file", type=click.File("rb"), help="A UTF-8 file with a text on each line; - is stdin."
)
@click.option("--unseen", type=click.Choice(["unk"]), help="Take <UNK> for words that the run would look up.")
@trust_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    run: str,
    texts: tuple[str, ...],
    file: IO[bytes] | None,
    unseen: Literal["unk"] | None,
    trust: bool,
    as_json: bool,
) -> None:
    """Classify each TEXT, or each line of a file, with the model of the finished run in the directory RUN."""
    given = [*texts, *(lines_of(file) if file else [])]
    if not given:
        raise DataError(
            Fault("there is nothing to classify", where="predict", hint="Name a TEXT, or --input FILE.")
        )
    from embedkit.tasks import load

    classifier = load(run, blocked_plugins(ctx), unseen, trust)
    predictions = classifier.predictions(given)
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
            {"token": token, "state": state, "looked_up": looked_up}
            for token, state, looked_up in zip(
                prediction.tokens, prediction.states, prediction.looked_up, strict=True
            )
        ],
    }
