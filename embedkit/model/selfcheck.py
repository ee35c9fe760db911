"""A check before training that an encoder fulfils its contract, on synthetic texts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import torch

from embedkit.errors import ComponentError, EmbedkitError
from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.flags import PADDING_INVARIANT
from embedkit.interfaces.generators import GeneratorStates
from embedkit.model.encoder_checks import (
    LENGTHS,
    LONGEST,
    check_apart,
    check_batches,
    check_draws,
    check_finite_gradients,
    check_late_weights,
    check_long,
    check_padding,
    check_padding_values,
    check_repeatable,
    check_same_seed,
    check_saved,
    check_seed_left_alone,
    check_trains,
    gradients_of,
    is_unseeded,
    never_reached,
    several_gradients,
)
from embedkit.model.trial import Texts, Trial

if TYPE_CHECKING:
    from torch import nn

    from embedkit.interfaces import Encoder

log = logging.getLogger(__name__)

WIDTH = 240
"""D of the trial before the vectors' own is known: what the usual numbers of attention heads divide."""


def check_encoder(
    encoder: Encoder,
    name: str | None = None,
    width: int | None = None,
    length: int | None = None,
    vectors_train: bool = False,
) -> None:
    """Build the encoder for vectors of `width` and check it on synthetic texts of up to `length` tokens.

    Raises ComponentError, which calls the encoder `name`, for

    - an output of a wrong shape or dtype, an output that is not finite, and any error that the encoder
      raises;
    - an output that changes when the same texts are encoded again, in another batch or, unless the encoder
      says `padding_invariant = False`, with more padding or other values at padding;
    - writing into its inputs, drawing from other generators than torch's, and setting a seed;
    - weights that are made after the encoder was built or are unknown to torch: a loaded model would have
      others;
    - modules that share weights with each other;
    - weights of which none gets a gradient, and gradients that are not finite.

    Warns of weights that no gradient reaches and, if `vectors_train`, if none reaches the word vectors.
    Takes milliseconds for short texts; all global generators are restored afterwards. Without `width`, D is
    240, and errors that the encoder raises are ignored: it may work with the real width.
    """
    trial = Trial(encoder, name or owner_of(encoder).described, width or WIDTH)
    before = GeneratorStates.now()
    try:
        with torch.no_grad():
            texts = _texts(trial, length or max(LENGTHS))
            module = _try_out(trial, texts, length or max(LENGTHS))
            if width is not None:
                _check_weights(trial, module, texts)
                _warn_of_gradients(trial, module, texts, vectors_train)
    except EmbedkitError as error:
        broken = isinstance(error, ComponentError) and error.__cause__ is None
        if width is not None or broken:
            raise
        log.info("encoder not tried out", extra={"width": WIDTH, "error": str(error)})
    finally:
        before.restore()


def _texts(trial: Trial, length: int) -> Texts:
    """Make short texts; for an encoder that is not padding-invariant, padded to `length`."""
    padded_to = None if _is_invariant(trial) else length
    return Texts.drawn([min(length, each) for each in LENGTHS], trial.width, padded_to)


def _is_invariant(trial: Trial) -> bool:
    return PADDING_INVARIANT.of(trial.encoder)


def _try_out(trial: Trial, texts: Texts, length: int) -> nn.Module:
    """Build the module, check it on texts, and return it after training passes.

    Raises ComponentError for the first violation of the contract.
    """
    invariant = _is_invariant(trial)
    first = trial.built(seed=0)
    check_apart(trial, first, trial.built(seed=0))
    module = first.module.eval()
    check_late_weights(trial, module, texts)
    check_repeatable(trial, module, texts)
    check_batches(trial, module, None if invariant else length)
    if invariant:
        check_padding(trial, module, texts)
        check_padding_values(trial, module, texts)
    if min(length, LONGEST) > max(LENGTHS):
        check_long(trial, module, min(length, LONGEST), invariant)
    check_draws(trial, module, texts)
    gradients = gradients_of(trial, module, texts)
    check_trains(gradients, trial)
    check_finite_gradients(gradients, trial, texts)
    return module


def _check_weights(trial: Trial, module: nn.Module, texts: Texts) -> None:
    """Check that the initial weights follow from the seed, and that all learned weights are saved.

    Warns if the initial weights look random but are the same for every seed.
    """
    first = check_same_seed(trial)
    other = check_seed_left_alone(trial, first)
    if is_unseeded(first, other):
        what = "its first weights are the same for every seed: as it should be of pretrained ones alone"
        log.warning("encoder: %s: %s", trial.name, what)
    check_saved(trial, module, other.module.eval(), texts)


def _warn_of_gradients(trial: Trial, module: nn.Module, texts: Texts, vectors_train: bool) -> None:
    """Warn of what is to be trained and gets no gradient."""
    passes = several_gradients(trial, module, texts)
    never = never_reached(passes)
    if never:
        what = f"no gradient reaches {', '.join(never[:5])}: training leaves them as they are"
        log.warning("encoder: %s: %s", trial.name, what)
    if vectors_train and all(gradients.vectors is None for gradients in passes):
        what = "no gradient reaches the word vectors: training leaves them as they are"
        log.warning("encoder: %s: %s, as embedding.trainable: none does", trial.name, what)
