"""`training`: how the model is trained."""

# No `from __future__ import annotations`: see sections/section.py.
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from embedkit.recipe.frozen import freeze
from embedkit.recipe.sections.section import Section


class EarlyStopping(Section):
    """When training ends before its last epoch; the weights are then those of the best one."""

    metric: Annotated[
        str, Field(description="`loss`, or one of `evaluation.metrics`, on the validation split")
    ] = "loss"
    patience: Annotated[
        int, Field(ge=1, description="epochs in a row without an improvement before training stops")
    ] = 3


class Steps(Section):
    """Batches, optimizer and learning rate."""

    epochs: Annotated[int, Field(ge=1, description="passes over the training split")] = 20
    batch_size: Annotated[int, Field(ge=1, description="examples in a batch, in each process")] = 32
    accumulate: Annotated[
        int, Field(ge=1, description="gradient accumulation: batches per optimizer step")
    ] = 1
    precision: Annotated[
        Literal["full", "bf16", "fp16"], Field(description="mixed precision in training")
    ] = "full"
    shuffle: Annotated[bool, Field(description="a new order of the examples in every epoch")] = True
    bucket: Annotated[
        bool | None,
        Field(
            description="batches of texts of similar length; null: if `shuffle` is on and the encoder "
            "ignores padding"
        ),
    ] = None
    optimizer: Annotated[
        Literal["adam", "adamw", "sgd", "adadelta", "lbfgs"],
        Field(
            description="the optimizer; `lbfgs` fits the head alone, as logistic regression, in place of "
            "epochs"
        ),
    ] = "adam"
    lr: Annotated[float, Field(gt=0, description="learning rate")] = 1e-3
    momentum: Annotated[float, Field(ge=0, lt=1, description="momentum of `sgd`")] = 0.0
    weight_decay: Annotated[float, Field(ge=0, description="weight decay")] = 0.0
    schedule: Annotated[
        Literal["constant", "linear", "cosine"],
        Field(description="learning-rate schedule; `linear` and `cosine` fall to zero"),
    ] = "constant"
    warmup: Annotated[
        float, Field(ge=0, lt=1, description="share of all steps in which the learning rate rises from zero")
    ] = 0.0
    clip_norm: Annotated[
        float | None,
        Field(gt=0, description="gradient clipping: the largest norm of the gradient of all weights"),
    ] = None
    max_norm: Annotated[
        float | None, Field(gt=0, description="the largest norm of the head's weights of a class")
    ] = None


class TableSteps(Section):
    """How the embedding matrix is trained."""

    table_lr: Annotated[
        float | None, Field(gt=0, description="learning rate of the embedding matrix; null: `lr`")
    ] = None
    table_from_epoch: Annotated[
        int, Field(ge=1, description="the first epoch in which the embedding matrix is trained")
    ] = 1
    table_to_epoch: Annotated[
        int | None,
        Field(
            ge=1, description="the last epoch in which the embedding matrix is trained; null: the last epoch"
        ),
    ] = None


class Loss(Section):
    """The loss that training minimizes."""

    class_weights: Annotated[
        Literal["balanced"] | Mapping[str, Annotated[float, Field(gt=0)]] | None,
        AfterValidator(freeze),
        Field(
            description="weight of each label in the loss: `balanced`, by rarity, or `{label: weight}`; "
            "null: all 1"
        ),
    ] = None
    label_smoothing: Annotated[
        float, Field(ge=0, lt=1, description="share of each target that is spread over all classes")
    ] = 0.0


class WordDropout(Section):
    """Dropout of words."""

    word_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of the tokens that are read as `<UNK>` in training")
    ] = 0.0


class Epochs(Section):
    """Dropout of vectors, early stopping, and what is written during the training."""

    embedding_dropout: Annotated[
        float,
        Field(
            ge=0, lt=1, description="share of the elements of all word vectors that are set to 0 in training"
        ),
    ] = 0.0
    early_stopping: Annotated[
        EarlyStopping | None,
        Field(
            description="stop when the validation split stops improving; null: never. With a validation "
            "split, and not with `lbfgs`, the default is `{metric: loss, patience: 3}`"
        ),
    ] = None
    trackers: Annotated[
        tuple[Literal["tensorboard", "wandb", "mlflow", "comet_ml", "aim", "clearml", "dvclive"], ...],
        Field(strict=False, description="experiment trackers"),
    ] = ()
    checkpoint_every: Annotated[
        int | None,
        Field(ge=0, description="epochs between checkpoints, 0 for none; null: every ten seconds"),
    ] = None


class Training(Epochs, WordDropout, Loss, TableSteps, Steps):
    """How the model is trained."""
