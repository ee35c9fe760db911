"""A check before training that an encoder fulfils its contract, on synthetic texts."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from embedkit.errors import ComponentError, EmbedkitError
from embedkit.interfaces.calling import owner_of
from embedkit.interfaces.flags import PADDING_INVARIANT
from embedkit.interfaces.generators import GeneratorStates
from embedkit.model.trial import LATE, LATE_HINT, Texts, Trial, lost_weights, unknown_to_torch

if TYPE_CHECKING:
    from torch import Tensor, nn

    from embedkit.interfaces import Encoder

log = logging.getLogger(__name__)

WIDTH = 240
"""D of the trial before the vectors' own is known: what the usual numbers of attention heads divide."""

LENGTHS = (7, 3, 1, 0)
LONGEST = 512
"""Tokens of the longest text of a trial."""

TOLERANCE = 1e-3
"""Relative to the largest number; float32 in another order of summation stays far below."""

EXACT = 1e-5
"""The same for what is worked out in the same order."""

PADDING_HINT = (
    "The mask says where tokens are. An encoder that cannot go by it says padding_invariant = False."
)
SEED_HINT = "The recipe's seed has set it: a seed of one's own makes all runs draw the same numbers."


def check_encoder(
    encoder: Encoder, name: str | None = None, width: int | None = None, length: int | None = None
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
    - weights of which none gets a gradient.

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
    """Build the module, check it on texts, and return it after two training passes.

    Raises ComponentError for the first violation of the contract.
    """
    invariant = _is_invariant(trial)
    module = trial.built(seed=0).module
    keys = {*module.state_dict()}
    together = trial.encoded(module.eval(), texts)
    late = sorted({*module.state_dict()} ^ keys)
    if late:
        raise trial.breach(f"{LATE}: {', '.join(late[:5])}", LATE_HINT)
    _check_again(trial, module, texts, together)
    _check_batches(trial, module, None if invariant else length)
    if invariant:
        _check_padding(trial, module, texts, together)
    if min(length, LONGEST) > max(LENGTHS):
        _check_long(trial, module, min(length, LONGEST), invariant)
    _check_training(trial, module, texts)
    return module


def _check_again(trial: Trial, module: nn.Module, texts: Texts, first: Tensor) -> None:
    """Check that the same texts give the same output again, whatever the state of torch's generator."""
    before = GeneratorStates.now()
    again = trial.encoded(module, texts, seed=1)
    if _close(again, first, EXACT):
        return
    trial.refuse_draws(before, "evaluation", ("random", "numpy.random"))
    how = f"the same {texts} are {_apart(again, first):.2g} apart when it is asked again"
    if _close(trial.encoded(module, texts, seed=1), again, EXACT):
        hint = "Dropout goes by the module's mode: nn.Dropout does, F.dropout takes training=self.training."
        raise trial.breach(f"draws random numbers in evaluation: {how}", hint)
    hint = "What it gives may follow from its weights and its input alone."
    raise trial.breach(f"keeps something from one call to the next: {how}", hint)


def _check_batches(trial: Trial, module: nn.Module, padded_to: int | None) -> None:
    """Check that texts of one length give the same output together and alone, equally padded."""
    length = min(padded_to or max(LENGTHS), max(LENGTHS))
    texts = Texts.drawn([length] * 3, trial.width, padded_to)
    together = trial.encoded(module, texts)
    for row in range(3):
        alone = trial.encoded(module, texts.alone(row, padded=True))
        if not _close(alone[0], together[row]):
            apart = f"a text of {length} tokens is {_apart(alone[0], together[row]):.2g} apart"
            what = f"lets the other texts of a batch change what it gives: {apart} alone and among others"
            raise trial.breach(
                what, "Nothing of this is padded: look for sums, means or norms over the batch."
            )


def _check_padding(trial: Trial, module: nn.Module, texts: Texts, together: Tensor) -> None:
    """Check that the output for a text does not depend on the amount or the values of its padding."""
    for row in range(len(texts.mask)):
        _compare_padded(trial, module, texts, row, together[row])
    other = trial.encoded(module, texts.with_garbage())
    if not _close(other, together):
        what = f"reads padding: {texts} are {_apart(other, together):.2g} apart with other numbers there"
        raise trial.breach(f"{what}, where the mask says that no tokens are", PADDING_HINT)


def _check_long(trial: Trial, module: nn.Module, length: int, invariant: bool) -> None:
    """Check that a long text gives a finite output and, if `invariant`, does not change short texts."""
    lengths = [length, length // 2, min(length, 3)]
    texts = Texts.drawn(lengths, trial.width)
    together = trial.encoded(module, texts)
    for row in (1, 2) if invariant else ():
        _compare_padded(trial, module, texts, row, together[row])


def _compare_padded(trial: Trial, module: nn.Module, texts: Texts, row: int, padded: Tensor) -> None:
    alone = trial.encoded(module, texts.alone(row, padded=False))[0]
    if not _close(alone, padded):
        what = f"a text of {int(texts.mask[row].sum())} tokens is {_apart(alone, padded):.2g} apart"
        what += f" alone and padded to {texts.mask.shape[1]}"
        raise trial.breach(f"lets padding change what it gives: {what}", PADDING_HINT)


def _check_training(trial: Trial, module: nn.Module, texts: Texts) -> None:
    """Check that training draws from torch's generator only, without setting its seed.

    Also checks that a gradient reaches the weights.
    """
    module.train()
    first = _after_step(trial, module, texts, seed=2)
    before = GeneratorStates.moved()  # after the first pass, which may have imported what draws numbers
    second = _after_step(trial, module, texts, seed=3)
    trial.refuse_draws(before, "training", ("random", "numpy.random"))
    if torch.equal(first, second):
        raise trial.breach("sets the seed of torch's generator in training", SEED_HINT)
    module.eval()


def _after_step(trial: Trial, module: nn.Module, texts: Texts, seed: int) -> Tensor:
    """Return the state of torch's generator after one forward pass in training.

    Raises ComponentError if no gradient reaches any of the weights.
    """
    torch.manual_seed(seed)
    weights = [weight for weight in module.parameters() if weight.requires_grad]
    with torch.enable_grad():
        embedded = texts.embedded.clone().requires_grad_() * 1
        encoded = trial.held(f"encode {texts} in training", lambda: module(embedded, texts.mask.clone()))
        after = torch.get_rng_state()
        if weights and not _reached(trial, encoded, weights):
            hint = "Look for detach(), .data, .item(), numpy() or no_grad() between them and what it gives."
            raise trial.breach("never trains: no gradient reaches any of its weights", hint)
    return after


def _reached(trial: Trial, encoded: Tensor, weights: Sequence[Tensor]) -> bool:
    """Return whether any of the weights gets a gradient."""
    if not encoded.requires_grad:
        return False
    total = encoded.sum()
    gradients = trial.held("be trained", lambda: torch.autograd.grad(total, weights, allow_unused=True))
    return any(gradient is not None for gradient in gradients)


def _check_weights(trial: Trial, module: nn.Module, texts: Texts) -> None:
    """Check that the initial weights follow from the seed, and that all learned weights are saved.

    Warns if the initial weights look random but are the same for every seed.
    """
    first = trial.built(seed=1)
    before = GeneratorStates.moved()
    again = trial.built(seed=1)
    trial.refuse_draws(before, "build", ("random", "numpy.random"))
    if not first.equals(again):
        raise trial.breach("has other first weights each time that it is built with the same seed")
    other = trial.built(seed=2)
    if torch.equal(other.generator, first.generator):
        raise trial.breach("sets the seed of torch's generator in build", SEED_HINT)
    if first.equals(other) and first.is_drawn():
        what = "its first weights are the same for every seed: as it should be of pretrained ones alone"
        log.warning("encoder: %s: %s", trial.name, what)
    _check_saved(trial, module, other.module.eval(), texts)


def _check_saved(trial: Trial, module: nn.Module, second: nn.Module, texts: Texts) -> None:
    """Check that the second module gives the same output once it has loaded the weights of the first."""
    trial.held("be loaded", lambda: second.load_state_dict(module.state_dict()))
    loaded, trained = trial.encoded(second, texts), trial.encoded(module, texts)
    same, lost = _close(loaded, trained, EXACT), lost_weights(module)
    if not same or lost:
        unknown = lost or unknown_to_torch(module)
        named = f": {', '.join(unknown[:5])}" if unknown else ""
        apart = f"; {texts} are {_apart(loaded, trained):.2g} apart once they are loaded" if not same else ""
        hint = (
            "nn.Parameter, register_buffer, nn.ModuleList and nn.ModuleDict are saved; plain lists are not."
        )
        raise trial.breach(f"has weights that torch does not train or save{named}{apart}", hint)


def _close(some: Tensor, others: Tensor, tolerance: float = TOLERANCE) -> bool:
    return _apart(some, others) <= tolerance * max(1.0, float(some.abs().max()))


def _apart(some: Tensor, others: Tensor) -> float:
    return float((some - others).abs().max())
