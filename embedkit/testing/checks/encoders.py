"""Checks of encoders: those that a run makes before training, one at a time, and some more."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from embedkit.errors import EmbedkitError
from embedkit.interfaces.flags import HAS_WEIGHTS, PADDING_INVARIANT
from embedkit.testing.check import check, expect
from embedkit.testing.checks.common import deterministic, does_its_work
from embedkit.testing.exercise import Exercise
from embedkit.testing.subject import Subject

if TYPE_CHECKING:
    from torch import Tensor, nn

    from embedkit.model.encoder_checks import Gradients
    from embedkit.model.trial import Texts, Trial

WIDTHS = (24, 240, 300, 768)
"""Dimensions of the word vectors: the first number that the encoder takes is that of the checks."""

OTHER_WIDTHS = (1, 5, 50)
"""Other dimensions; an encoder takes them, or says why not."""

NUDGE = 0.05
"""Standard deviation of what is added to weights."""


@dataclass(frozen=True)
class Tried:
    """A module in evaluation mode, the trial that built it, and short texts."""

    trial: Trial
    module: nn.Module
    texts: Texts

    @property
    def invariant(self) -> bool:
        """Return whether the encoder says that padding does not change what it gives."""
        return PADDING_INVARIANT.of(self.trial.encoder)


def _built(subject: Subject) -> tuple[Trial, nn.Module]:
    """Build the encoder for the first of WIDTHS that it takes. Raises ComponentError if it takes none."""
    from embedkit.model.trial import Trial

    encoder, refused = subject.make(), None
    for width in WIDTHS:
        trial = Trial(encoder, str(subject), width, may_write=True)
        try:
            return trial, trial.module(seed=0).eval()
        except EmbedkitError as error:
            refused = refused or error
    assert refused is not None, "there are widths to try"
    raise refused


@contextmanager
def _trying(subject: Subject, *lengths: int) -> Iterator[Tried]:
    """Yield a built module and texts of these lengths, all padded alike; put the generators back after it."""
    import torch

    from embedkit.interfaces.generators import GeneratorStates
    from embedkit.model.encoder_checks import LENGTHS
    from embedkit.model.trial import Texts

    before = GeneratorStates.now()
    try:
        with torch.no_grad():
            trial, module = _built(subject)
            invariant = PADDING_INVARIANT.of(trial.encoder)
            texts = Texts.drawn(lengths or LENGTHS, trial.width, None if invariant else max(LENGTHS))
            yield Tried(trial, module, texts)
    finally:
        before.restore()


@check("encoder", requires=(does_its_work,))
def encoder_output_dim(subject: Subject) -> None:
    """`build` returns a torch module with `output_dim`, an integer from 1."""
    with _trying(subject):
        pass


@check("encoder", requires=(encoder_output_dim,))
def encoder_output_shape(subject: Subject) -> None:
    """The module returns a tensor [B, H]: a row for each text, as long as `output_dim` says."""
    with _trying(subject, 7, 3) as tried:
        output = tried.module(tried.texts.embedded.clone(), tried.texts.mask.clone())
        shape, came = [2, tried.module.output_dim], getattr(output, "shape", None)
        what = type(output).__name__ if came is None else f"a tensor of shape {[*came]}"
        expect(came is not None and [*came] == shape, f"a tensor of shape {shape}", what)


@check("encoder", requires=(encoder_output_shape,))
def encoder_output_dtype(subject: Subject) -> None:
    """The output is of float32, as the word vectors are."""
    with _trying(subject, 7, 3) as tried:
        tried.trial.encoded(tried.module, tried.texts)


@check("encoder", requires=(encoder_output_dtype,))
def encoder_batch_of_one(subject: Subject) -> None:
    """A single text is a batch, too: its output is [1, H]."""
    with _trying(subject, 7) as tried:
        tried.trial.encoded(tried.module, tried.texts)


@check("encoder", requires=(encoder_batch_of_one,))
def encoder_one_token(subject: Subject) -> None:
    """A text of one token is encoded as finite numbers, also where no text is longer."""
    for lengths in ((1, 1), (1,), (7, 1)):
        with _trying(subject, *lengths) as tried:
            tried.trial.encoded(tried.module, tried.texts)


@check("encoder", requires=(encoder_one_token,))
def encoder_empty_text(subject: Subject) -> None:
    """A text without tokens is encoded as finite numbers, alone and among others."""
    for lengths in ((7, 0), (0,)):
        with _trying(subject, *lengths) as tried:
            tried.trial.encoded(tried.module, tried.texts)


@check("encoder", requires=(encoder_empty_text,))
def encoder_weights_in_build(subject: Subject) -> None:
    """All weights are made in `build`: trained weights are loaded into those."""
    from embedkit.model.encoder_checks import check_late_weights

    with _trying(subject) as tried:
        module = tried.trial.built(seed=0).module.eval()
        check_late_weights(tried.trial, module, tried.texts)


@check("encoder", requires=(deterministic, encoder_weights_in_build))
def encoder_repeatable(subject: Subject) -> None:
    """In evaluation the same texts are encoded in the same way again, before training and after it."""
    from embedkit.model.encoder_checks import check_repeatable, gradients_of

    with _trying(subject) as tried:
        check_repeatable(tried.trial, tried.module, tried.texts)
        gradients_of(tried.trial, tried.module, tried.texts)
        check_repeatable(tried.trial, tried.module, tried.texts)


@check("encoder", requires=(encoder_repeatable,))
def encoder_batch_independent(subject: Subject) -> None:
    """What a text is encoded as does not depend on the other texts of the batch, or on its place there."""
    from embedkit.model.encoder_checks import LENGTHS, check_batches

    with _trying(subject) as tried:
        check_batches(tried.trial, tried.module, None if tried.invariant else max(LENGTHS))


@check("encoder", requires=(encoder_batch_independent,))
def encoder_padding(subject: Subject) -> None:
    """Padding does not change what a text is encoded as, unless `padding_invariant = False`.

    An encoder that says so and does not need to passes: it only wastes time.
    """
    from embedkit.model.encoder_checks import check_padding

    with _trying(subject) as tried:
        if tried.invariant:
            check_padding(tried.trial, tried.module, tried.texts)


@check("encoder", requires=(encoder_padding,))
def encoder_padding_values(subject: Subject) -> None:
    """The numbers at padding are not read, unless `padding_invariant = False`."""
    from embedkit.model.encoder_checks import check_padding_values

    with _trying(subject) as tried:
        if tried.invariant:
            check_padding_values(tried.trial, tried.module, tried.texts)


@check("encoder", requires=(encoder_padding,))
def encoder_long_text(subject: Subject) -> None:
    """A text of 512 tokens is encoded as finite numbers, unless all texts have one length."""
    from embedkit.model.encoder_checks import LONGEST, check_long

    with _trying(subject) as tried:
        if tried.invariant:
            check_long(tried.trial, tried.module, LONGEST, invariant=True)


@check("encoder", requires=(encoder_weights_in_build,))
def encoder_independent_builds(subject: Subject) -> None:
    """Each call of `build` makes a module of its own: two modules share no weights that are trained."""
    from embedkit.model.encoder_checks import check_apart

    with _trying(subject) as tried:
        check_apart(tried.trial, tried.trial.built(seed=1), tried.trial.built(seed=1))


@check("encoder", requires=(encoder_repeatable, encoder_independent_builds))
def encoder_any_width(subject: Subject) -> None:
    """Word vectors may have any number of dimensions; if `build` cannot take one, a RecipeError says why."""
    from embedkit.model.trial import Texts, Trial

    with _trying(subject) as tried:
        for width in OTHER_WIDTHS:
            try:
                tried.trial.encoder.build(width)
            except EmbedkitError:
                continue
            trial = Trial(tried.trial.encoder, tried.trial.name, width, may_write=True)
            padded_to = tried.texts.mask.shape[1]
            texts = Texts.drawn([3, 1, 0], width, padded_to)
            trial.encoded(trial.module(seed=0).eval(), texts)


@check("encoder", requires=(encoder_repeatable,))
def encoder_training_draws(subject: Subject) -> None:
    """Training draws random numbers from torch's generator alone, and sets the seed of none."""
    from embedkit.model.encoder_checks import check_draws

    with _trying(subject) as tried:
        check_draws(tried.trial, tried.module, tried.texts)


@check("encoder", requires=(encoder_repeatable,))
def encoder_finite_gradients(subject: Subject) -> None:
    """Gradients are finite, also those of texts of one token and of none."""
    from embedkit.model.encoder_checks import check_finite_gradients

    with _trying(subject) as tried:
        for gradients in _gradients(tried):
            check_finite_gradients(gradients, tried.trial, tried.texts)


@check("encoder", requires=(encoder_finite_gradients,))
def encoder_input_gradient(subject: Subject) -> None:
    """A gradient reaches the word vectors, so that they can be trained."""
    with _trying(subject) as tried:
        reached = any(gradients.reaches_vectors for gradients in _nudged_gradients(tried))
        expect(reached, "a gradient of the word vectors", "none, or zeros alone")


@check("encoder", requires=(encoder_finite_gradients,))
def encoder_weight_gradients(subject: Subject) -> None:
    """A gradient reaches every weight that requires one."""
    with _trying(subject) as tried:
        unreached = [{*gradients.unreached()} for gradients in _nudged_gradients(tried)]
        never = sorted(set.intersection(*unreached))
        expect(not never, "a gradient of every weight", f"none, or zeros alone, for {', '.join(never[:5])}")


def _nudged_gradients(tried: Tried) -> list[Gradients]:
    """Return gradients with other weights than the first ones: zeros there keep a gradient from others."""
    import torch

    for weight in tried.module.parameters():
        weight.add_(torch.randn_like(weight) * NUDGE if weight.is_floating_point() else 0)
    return _gradients(tried)


def _gradients(tried: Tried) -> list[Gradients]:
    from embedkit.model.encoder_checks import PASSES, gradients_of

    return [gradients_of(tried.trial, tried.module, tried.texts) for _ in range(PASSES)]


@check("encoder", requires=(encoder_weights_in_build,))
def encoder_seed_left_alone(subject: Subject) -> None:
    """`build` does not set the seed of torch's generator, which the recipe's seed has set."""
    from embedkit.model.encoder_checks import check_seed_left_alone

    with _trying(subject) as tried:
        check_seed_left_alone(tried.trial, tried.trial.built(seed=1))


@check("encoder", requires=(encoder_independent_builds, encoder_seed_left_alone))
def encoder_other_seed(subject: Subject) -> None:
    """With another seed the first weights are others; a pretrained encoder is expected to fail this."""
    from embedkit.model.encoder_checks import is_unseeded

    with _trying(subject) as tried:
        unseeded = is_unseeded(tried.trial.built(seed=1), tried.trial.built(seed=2))
        expect(not unseeded, "other first weights with another seed", "the same ones")


@check("encoder", requires=(encoder_repeatable,))
def encoder_save_load(subject: Subject) -> None:
    """A module gives the same output as another one whose weights, saved in a file, it has loaded."""
    from embedkit.model.encoder_checks import check_saved, gradients_of

    with _trying(subject) as tried:
        gradients_of(tried.trial, tried.module, tried.texts)  # a training pass may change what is not saved
        second = tried.trial.module(seed=2).eval()
        check_saved(tried.trial, tried.module, second, tried.texts)
        third = tried.trial.module(seed=3).eval()
        third.load_state_dict(_through_file(dict(tried.module.state_dict())))
        same = tried.trial.encoded(third, tried.texts).equal(tried.trial.encoded(second, tried.texts))
        expect(same, "the same output with the weights of a safetensors file", "another one")


def _through_file(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    from embedkit.runs.tensors import read_tensors
    from embedkit.runs.writer import write_tensors

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "saved.safetensors"
        write_tensors(file, weights)
        return read_tensors(file)


@check("encoder", requires=(encoder_weights_in_build,))
def encoder_has_weights(subject: Subject) -> None:
    """`has_weights` says whether the module has weights, apart from those of encoders in its parameters."""
    with _trying(subject) as tried:
        told = HAS_WEIGHTS.of(tried.trial.encoder)
        names = [name for name, _ in tried.module.named_parameters()]
        if subject.component.nested:
            return  # which weights are whose cannot be told
        came = f"{told}, and the weights are {', '.join(names[:5])}" if names else f"{told}, and no weights"
        expect(told == bool(names), f"has_weights = {bool(names)}", came)


@check("encoder", requires=(encoder_repeatable,))
def encoder_mixed_precision(subject: Subject) -> None:
    """It works in mixed precision: the forward pass and the gradients, under autocast to bfloat16."""
    import torch

    from embedkit.model.encoder_checks import gradients_of

    with _trying(subject) as tried, torch.autocast("cpu", torch.bfloat16):
        gradients_of(tried.trial, tried.module, tried.texts)


@check("encoder", requires=(encoder_save_load, encoder_independent_builds))
def encoder_device(subject: Subject) -> None:
    """Tensors that it makes are on the device of the word vectors: it works on a GPU, too.

    Tried without a GPU, on the device `meta`, whose tensors have no numbers. Steps that need numbers, such as
    the indices where a mask is True, end the trial there.
    """
    with _trying(subject) as tried:
        embedded, mask = tried.texts.embedded.to("meta"), tried.texts.mask.to("meta")
        try:
            tried.module.to("meta")(embedded, mask)
        except NotImplementedError:
            return
        except RuntimeError as error:
            expect(
                "expected device" not in str(error), "all tensors on the device of the vectors", f"{error}"
            )


@check("encoder", requires=(encoder_repeatable,))
def encoder_deep_copy(subject: Subject) -> None:
    """A deep copy of the module, made after training passes, gives the same output."""
    with _trying(subject) as tried:
        _ = _gradients(tried)
        copied = copy.deepcopy(tried.module)
        outputs = [tried.trial.encoded(module, tried.texts) for module in (tried.module, copied)]
        expect(outputs[0].equal(outputs[1]), "the same output of a copy", "another one")


_ALONE = Lock()
"""Threads share torch's generator, so that one exercise at a time builds and encodes."""


def _batch(number: int) -> tuple[Tensor, Tensor]:
    """Return two texts as word vectors [B, T, D], of as many dimensions as any exercise needs, and mask."""
    import torch

    lengths = torch.tensor([(5, 3), (2, 6)][number])
    mask = torch.arange(int(lengths.max())) < lengths[:, None]
    generator = torch.Generator().manual_seed(number)
    return torch.randn(*mask.shape, WIDTHS[-1], generator=generator) * mask[:, :, None], mask


def _encode(encoder: Any, batch: tuple[Tensor, Tensor]) -> Any:
    """Build the module with one seed and encode the batch in evaluation; torch's generator is put back."""
    import torch

    embedded, mask = batch
    with _ALONE, torch.random.fork_rng(devices=[]), torch.no_grad():
        width, module = _seeded(encoder)
        torch.manual_seed(0)
        return module.eval()(embedded[:, :, :width], mask)


def _seeded(encoder: Any) -> tuple[int, Any]:
    """Build the module for the first of WIDTHS that the encoder takes, always with the same seed."""
    import torch

    for width in WIDTHS[:-1]:
        with suppress(Exception):
            torch.manual_seed(0)
            return width, encoder.build(width)
    torch.manual_seed(0)
    return WIDTHS[-1], encoder.build(WIDTHS[-1])


EXERCISE = Exercise("encoder", _batch, _encode)
