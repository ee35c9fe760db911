"""`data`: which texts are trained on and which are evaluated."""

# No `from __future__ import annotations`: see sections/section.py.
from typing import Annotated, Literal

from pydantic import Field

from embedkit.recipe.sections.section import ComponentSpec, Section

InMemory = Annotated[
    bool,
    Field(description="whether texts and tokens stay in memory; false: they are in files during the run"),
]


class Share(Section):
    """A split taken from the training data."""

    share: Annotated[float, Field(gt=0, lt=1, description="the fraction of the training examples")]
    stratify: Annotated[bool, Field(description="keep the proportions of the labels")] = True


class Folds(Section):
    """Cross-validation: each part of the training examples is held out once, as the test split."""

    count: Annotated[int, Field(ge=2, le=10_000, description="the number of folds")]
    file: Annotated[
        str | None,
        Field(
            min_length=1,
            description="a file whose i-th line is the fold, from 0, of the i-th training example; null: "
            "draw the folds",
        ),
    ] = None
    seed: Annotated[
        int,
        Field(
            ge=0,
            lt=2**32,
            description="the seed for drawing folds: the examples of each label are shuffled and dealt out "
            "in turn",
        ),
    ] = 0
    keep_duplicates_together: Annotated[
        bool,
        Field(
            description="whether all examples of one text are in the same drawn fold, and on the same side "
            "of a share"
        ),
    ] = False
    only: Annotated[
        int | None,
        Field(
            ge=0, description="hold out only this fold, from 0, in one ordinary run; null: each fold in turn"
        ),
    ] = None


class TrainingTexts(Section):
    """Which texts are trained on and which are evaluated, whatever reads them."""

    train: Annotated[ComponentSpec, Field(description="the reader of the training split")]
    validation: Annotated[
        ComponentSpec | Share | None, Field(description="a reader, a share of the training split, or null")
    ] = None
    test: Annotated[
        ComponentSpec | Share | None, Field(description="a reader, a share of the training split, or null")
    ] = None
    folds: Annotated[
        Folds | None,
        Field(description="cross-validation: each fold in turn is the test split; null: no folds"),
    ] = None
    share: Annotated[
        float | None,
        Field(
            gt=0,
            lt=1,
            description="train on this fraction of what folds, validation and test leave of the training "
            "examples, drawn in the proportions of the labels; a smaller one is part of a larger one; null: "
            "on all",
        ),
    ] = None
    learning_curve: Annotated[
        tuple[Annotated[float, Field(gt=0, lt=1)], ...] | None,
        Field(
            min_length=1,
            description="train also with each of these as `share`, over the same folds and seeds, and write "
            "how the score grows with the number of training texts; null: no learning curve",
        ),
    ] = None
    labels: Annotated[
        tuple[str, ...] | None,
        Field(min_length=2, description="the classes in order, the positive class last; null: sorted"),
    ] = None
    label_separator: Annotated[
        str | None,
        Field(
            min_length=1,
            description="the separator between the labels of a text, which then has any number; null: one "
            "label per text",
        ),
    ] = None
    in_memory: InMemory = True


class Data(TrainingTexts):
    """Which texts are trained on and which are evaluated, and how many of their tokens are read."""

    max_length: Annotated[
        int | None, Field(gt=0, description="the number of tokens to keep of each text; null keeps all")
    ] = None
    cut: Annotated[
        Literal["head", "tail"], Field(description="the end at which a text that is too long is cut")
    ] = "tail"
