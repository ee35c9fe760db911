"""`training`: how the model is trained."""

from __future__ import annotations

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
    patience: Annotated[int, Field(ge=1, description="epochs in a row that may bring nothing better")] = 3


class Training(Section):
    """How the model is trained."""

    epochs: Annotated[int, Field(ge=1, description="passes over the training split")] = 20
    batch_size: Annotated[int, Field(ge=1, description="examples in a batch, of each process")] = 32
    accumulate: Annotated[int, Field(ge=1, description="batches that a step of the optimizer follows")] = 1
    precision: Annotated[
        Literal["full", "bf16", "fp16"], Field(description="in which numbers texts are read in training")
    ] = "full"
    shuffle: Annotated[bool, Field(description="a new order of the examples every epoch")] = True
    bucket: Annotated[
        bool | None,
        Field(
            description="batches of texts of similar length; null: where `shuffle` is on and padding leaves "
            "the encoder alone"
        ),
    ] = None
    optimizer: Annotated[
        Literal["adam", "adamw", "sgd", "adadelta", "lbfgs"],
        Field(
            description="how gradients become steps; `lbfgs` fits the head alone, as logistic regression, in "
            "place of epochs"
        ),
    ] = "adam"
    lr: Annotated[float, Field(gt=0, description="learning rate")] = 1e-3
    momentum: Annotated[
        float, Field(ge=0, lt=1, description="how much of its last step `sgd` takes again")
    ] = 0.0
    weight_decay: Annotated[
        float, Field(ge=0, description="how strongly weights are pulled towards zero")
    ] = 0.0
    schedule: Annotated[
        Literal["constant", "linear", "cosine"],
        Field(description="how the learning rate falls to zero, if it does"),
    ] = "constant"
    warmup: Annotated[
        float, Field(ge=0, lt=1, description="share of all steps in which the learning rate rises from zero")
    ] = 0.0
    clip_norm: Annotated[
        float | None, Field(gt=0, description="the longest that the gradient of all weights may be")
    ] = None
    max_norm: Annotated[
        float | None, Field(gt=0, description="the longest that the head's weights of a class may be")
    ] = None
    table_lr: Annotated[
        float | None, Field(gt=0, description="learning rate of the embedding table; null: as `lr`")
    ] = None
    table_from_epoch: Annotated[
        int, Field(ge=1, description="the first epoch in which the table is trained")
    ] = 1
    table_to_epoch: Annotated[
        int | None, Field(ge=1, description="the last epoch in which the table is trained; null: the last")
    ] = None
    class_weights: Annotated[
        Literal["balanced"] | Mapping[str, Annotated[float, Field(gt=0)]] | None,
        AfterValidator(freeze),
        Field(
            description="how much each label counts in training: balanced, by its rarity, or by label; "
            "null: all the same"
        ),
    ] = None
    label_smoothing: Annotated[
        float, Field(ge=0, lt=1, description="share of each target spread over all classes, in training")
    ] = 0.0
    word_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of the tokens read as `<UNK>`, in training")
    ] = 0.0
    embedding_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of the numbers of all word vectors set to 0, in training")
    ] = 0.0
    early_stopping: Annotated[
        EarlyStopping | None,
        Field(description="stop when the validation split gets no better, where there is one; null: never"),
    ] = None
    trackers: Annotated[
        tuple[Literal["tensorboard", "wandb", "mlflow", "comet_ml", "aim", "clearml", "dvclive"], ...],
        Field(strict=False, description="who is told of each epoch besides the history"),
    ] = ()
    checkpoint_every: Annotated[
        int | None,
        Field(
            ge=0, description="epochs from one checkpoint to the next, 0 for none; null: every ten seconds"
        ),
    ] = None
