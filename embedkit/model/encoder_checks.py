"""What an encoder's contract asks, one function for each point, tried on the synthetic texts of a trial.

A run tries all of them before training (`selfcheck`), the conformance suite one at a time. Each raises
ComponentError with what is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from embedkit.interfaces.generators import GeneratorStates
from embedkit.model.trial import LATE, LATE_HINT, Texts, Trial, lost_weights, unknown_to_torch

if TYPE_CHECKING:
    from torch import Tensor, nn

    from embedkit.model.trial import Built

LENGTHS = (7, 3, 1, 0)
"""Tokens of the short texts of a trial."""

LONGEST = 512
"""Tokens of the longest text of a trial."""

TOLERANCE = 1e-3
"""Relative to the largest number; float32 in another order of summation stays far below."""

EXACT = 1e-5
"""The same for what is worked out in the same order."""

PASSES = 4
"""Training passes among which a gradient has to reach each weight once."""

PADDING_HINT = (
    "The mask says where tokens are. An encoder that cannot go by it says padding_invariant = False."
)
GRADIENT_HINT = "Look for detach(), .data, .item(), numpy() or no_grad() between them and what it gives."
SEED_HINT = "The recipe's seed has set it: a seed of one's own makes all runs draw the same numbers."


def check_late_weights(trial: Trial, module: nn.Module, texts: Texts) -> None:
    """Check that encoding texts for the first time makes no weights."""
    keys = {*module.state_dict()}
    trial.encoded(module, texts)
    late = sorted({*module.state_dict()} ^ keys)
    if late:
        raise trial.breach(f"{LATE}: {', '.join(late[:5])}", LATE_HINT)


def check_repeatable(trial: Trial, module: nn.Module, texts: Texts) -> None:
    """Check that the same texts give the same output again, whatever the state of torch's generator."""
    first, before = trial.encoded(module, texts), GeneratorStates.now()
    again = trial.encoded(module, texts, seed=1)
    if is_close(again, first, EXACT):
        return
    trial.refuse_draws(before, "evaluation", ("random", "numpy.random"))
    how = f"the same {texts} are {_apart(again, first):.2g} apart when it is asked again"
    if is_close(trial.encoded(module, texts, seed=1), again, EXACT):
        hint = "Dropout goes by the module's mode: nn.Dropout does, F.dropout takes training=self.training."
        raise trial.breach(f"draws random numbers in evaluation: {how}", hint)
    hint = "What it gives may follow from its weights and its input alone."
    raise trial.breach(f"keeps something from one call to the next: {how}", hint)


def check_batches(trial: Trial, module: nn.Module, padded_to: int | None) -> None:
    """Check that texts of one length give the same output together and alone, equally padded."""
    length = min(padded_to or max(LENGTHS), max(LENGTHS))
    texts = Texts.drawn([length] * 3, trial.width, padded_to)
    together = trial.encoded(module, texts)
    for row in range(3):
        alone = trial.encoded(module, texts.alone(row, padded=True))
        if not is_close(alone[0], together[row]):
            apart = f"a text of {length} tokens is {_apart(alone[0], together[row]):.2g} apart"
            what = f"lets the other texts of a batch change what it gives: {apart} alone and among others"
            raise trial.breach(
                what, "Nothing of this is padded: look for sums, means or norms over the batch."
            )


def check_padding(trial: Trial, module: nn.Module, texts: Texts) -> None:
    """Check that the output for a text does not depend on how much padding follows it."""
    together = trial.encoded(module, texts)
    for row in range(len(texts.mask)):
        _compare_padded(trial, module, texts, row, together[row])


def check_padding_values(trial: Trial, module: nn.Module, texts: Texts) -> None:
    """Check that the output for a text does not depend on the numbers at padding."""
    together = trial.encoded(module, texts)
    other = trial.encoded(module, texts.with_garbage())
    if not is_close(other, together):
        what = f"reads padding: {texts} are {_apart(other, together):.2g} apart with other numbers there"
        raise trial.breach(f"{what}, where the mask says that no tokens are", PADDING_HINT)


def check_long(trial: Trial, module: nn.Module, length: int, invariant: bool) -> None:
    """Check that a long text gives a finite output and, if `invariant`, does not change short texts."""
    lengths = [length, length // 2, min(length, 3)]
    texts = Texts.drawn(lengths, trial.width)
    together = trial.encoded(module, texts)
    for row in (1, 2) if invariant else ():
        _compare_padded(trial, module, texts, row, together[row])


def _compare_padded(trial: Trial, module: nn.Module, texts: Texts, row: int, padded: Tensor) -> None:
    alone = trial.encoded(module, texts.alone(row, padded=False))[0]
    if not is_close(alone, padded):
        what = f"a text of {int(texts.mask[row].sum())} tokens is {_apart(alone, padded):.2g} apart"
        what += f" alone and padded to {texts.mask.shape[1]}"
        raise trial.breach(f"lets padding change what it gives: {what}", PADDING_HINT)


def check_draws(trial: Trial, module: nn.Module, texts: Texts) -> None:
    """Check that training draws from torch's generator only, without setting its seed."""
    module.train()
    first = _generator_after(trial, module, texts, seed=2)
    before = GeneratorStates.moved()  # after the first pass, which may have imported what draws numbers
    second = _generator_after(trial, module, texts, seed=3)
    module.eval()
    trial.refuse_draws(before, "training", ("random", "numpy.random"))
    if torch.equal(first, second):
        raise trial.breach("sets the seed of torch's generator in training", SEED_HINT)


def _generator_after(trial: Trial, module: nn.Module, texts: Texts, seed: int) -> Tensor:
    """Return the state of torch's generator after one forward pass in training."""
    torch.manual_seed(seed)
    _trained(trial, module, texts)
    return torch.get_rng_state()


def _trained(trial: Trial, module: nn.Module, texts: Texts) -> tuple[Tensor, Tensor]:
    """Return the word vectors [B, T, D] and the output [B, H] of a forward pass with gradients."""
    with torch.enable_grad():
        vectors, doing = texts.embedded.clone().requires_grad_(), f"encode {texts} in training"
        return vectors, trial.held(doing, lambda: module(vectors * 1, texts.mask.clone()))


@dataclass(frozen=True)
class Gradients:
    """The gradients of the word vectors, [B, T, D], and of each weight by name; None for one not reached."""

    vectors: Tensor | None
    weights: Mapping[str, Tensor | None]

    def unreached(self) -> list[str]:
        """Return the names of the weights without a gradient, or with one of zeros alone."""
        return [name for name, gradient in self.weights.items() if not _is_reached(gradient)]

    @property
    def reaches_vectors(self) -> bool:
        """Return whether a gradient reaches the word vectors."""
        return _is_reached(self.vectors)


def _is_reached(gradient: Tensor | None) -> bool:
    return gradient is not None and bool(gradient.any())


def gradients_of(trial: Trial, module: nn.Module, texts: Texts) -> Gradients:
    """Return the gradients of a training pass, after which `module` is in evaluation mode.

    Raises ComponentError if torch cannot compute them.
    """
    weights = {name: weight for name, weight in module.named_parameters() if weight.requires_grad}
    module.train()
    vectors, encoded = _trained(trial, module, texts)
    module.eval()
    if not encoded.requires_grad:
        return Gradients(None, dict.fromkeys(weights))
    # A plain sum would not do: that of a layer norm or a softmax is the same for all weights.
    with torch.enable_grad():
        total = (encoded * torch.randn_like(encoded)).sum()
    asked = [vectors, *weights.values()]
    first, *others = trial.held("be trained", lambda: torch.autograd.grad(total, asked, allow_unused=True))
    return Gradients(first, dict(zip(weights, others, strict=True)))


def several_gradients(trial: Trial, module: nn.Module, texts: Texts) -> list[Gradients]:
    """Return the gradients of training passes: as many as it takes to reach all weights, or PASSES.

    A pass may leave out some weights, at random.
    """
    passes: list[Gradients] = []
    while len(passes) < PASSES and (not passes or passes[-1].vectors is None or never_reached(passes)):
        passes.append(gradients_of(trial, module, texts))
    return passes


def never_reached(passes: Sequence[Gradients]) -> list[str]:
    """Return the weights that no gradient reaches in any of the passes.

    A gradient of zeros counts as one: weights that start at zero give it to those before them.
    """
    unreached = ({name for name, gradient in each.weights.items() if gradient is None} for each in passes)
    return sorted(set.intersection(*unreached))


def check_trains(gradients: Gradients, trial: Trial) -> None:
    """Check that a gradient reaches any of the weights, if there are weights to train."""
    weights = gradients.weights.values()
    if weights and all(gradient is None for gradient in weights):
        raise trial.breach("never trains: no gradient reaches any of its weights", GRADIENT_HINT)


def check_finite_gradients(gradients: Gradients, trial: Trial, texts: Texts) -> None:
    """Check that no gradient is NaN or infinite."""
    named = {"the word vectors": gradients.vectors, **gradients.weights}
    wrong = [
        name
        for name, gradient in named.items()
        if gradient is not None and not bool(gradient.isfinite().all())
    ]
    if wrong:
        what = f"gives NaN or infinity as the gradient of {', '.join(wrong[:5])} for {texts}"
        hint = "The gradient of sqrt(x) and of x / x at 0 is not finite: add a small number below the root."
        raise trial.breach(what, hint)


def check_same_seed(trial: Trial) -> Built:
    """Return a module, after checking that the same seed gives the same first weights.

    Also checks that `build` draws from torch's generator alone.
    """
    first = trial.built(seed=1)
    before = GeneratorStates.moved()
    again = trial.built(seed=1)
    trial.refuse_draws(before, "build", ("random", "numpy.random"))
    if not first.equals(again):
        raise trial.breach("has other first weights each time that it is built with the same seed")
    return first


def check_apart(trial: Trial, first: Built, second: Built) -> None:
    """Check that two modules have no trainable weight in common."""
    own = {id(weight): name for name, weight in first.module.named_parameters() if weight.requires_grad}
    shared = [own[id(weight)] for weight in second.module.parameters() if id(weight) in own]
    if shared:
        what = f"shares weights among the modules that it builds: {', '.join(shared[:5])}"
        raise trial.breach(what, "Make the module and its weights anew in each call of build.")


def check_seed_left_alone(trial: Trial, first: Built) -> Built:
    """Return a module with another seed than `first`, after checking that `build` sets no seed."""
    other = trial.built(seed=2)
    if torch.equal(other.generator, first.generator):
        raise trial.breach("sets the seed of torch's generator in build", SEED_HINT)
    return other


def is_unseeded(first: Built, other: Built) -> bool:
    """Return whether weights that look random are the same for the seeds of both modules."""
    return first.equals(other) and first.is_drawn()


def check_saved(trial: Trial, module: nn.Module, second: nn.Module, texts: Texts) -> None:
    """Check that the second module gives the same output once it has loaded the weights of the first."""
    trial.held("be loaded", lambda: second.load_state_dict(module.state_dict()))
    loaded, trained = trial.encoded(second, texts), trial.encoded(module, texts)
    same, lost = is_close(loaded, trained, EXACT), lost_weights(module)
    if not same or lost:
        unknown = lost or unknown_to_torch(module)
        named = f": {', '.join(unknown[:5])}" if unknown else ""
        apart = f"; {texts} are {_apart(loaded, trained):.2g} apart once they are loaded" if not same else ""
        hint = (
            "nn.Parameter, register_buffer, nn.ModuleList and nn.ModuleDict are saved; plain lists are not."
        )
        raise trial.breach(f"has weights that torch does not train or save{named}{apart}", hint)


def is_close(some: Tensor, others: Tensor, tolerance: float = TOLERANCE) -> bool:
    """Return whether two outputs [B, H] differ by no more than `tolerance` of the largest number."""
    return _apart(some, others) <= tolerance * max(1.0, float(some.abs().max()))


def _apart(some: Tensor, others: Tensor) -> float:
    return float((some - others).abs().max())
