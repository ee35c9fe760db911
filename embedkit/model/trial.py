"""A trial of an encoder on synthetic texts, which names the encoder in every error."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from embedkit.errors import ComponentError, Fault
from embedkit.interfaces.calling import Owner
from embedkit.interfaces.contracts import check_encoded
from embedkit.interfaces.generators import NAMES, GeneratorStates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from embedkit.interfaces import Encoder

T = TypeVar("T")


@dataclass(frozen=True)
class Texts:
    """Synthetic texts: `embedded` [B, T, D], zero where `mask` [B, T] has no token."""

    embedded: Tensor
    mask: Tensor

    @classmethod
    def drawn(cls, lengths: Sequence[int], width: int, padded_to: int | None = None) -> Texts:
        """Make one text for each of `lengths` (in tokens), drawn from torch's generator."""
        longest = max(1, padded_to or max(lengths))
        mask = torch.arange(longest) < torch.tensor(lengths)[:, None]
        return cls(torch.randn(len(lengths), longest, width) * mask[:, :, None], mask)

    def alone(self, row: int, padded: bool) -> Texts:
        """Return one of the texts as a batch of its own, with or without its padding."""
        length = self.mask.shape[1] if padded else max(1, int(self.mask[row].sum()))
        return Texts(self.embedded[row : row + 1, :length], self.mask[row : row + 1, :length])

    def with_garbage(self) -> Texts:
        """Return the same texts with random numbers instead of zeros at padding."""
        garbage = torch.randn_like(self.embedded) * 10
        return Texts(torch.where(self.mask[:, :, None], self.embedded, garbage), self.mask)

    def __str__(self) -> str:
        lengths = self.mask.sum(dim=1).tolist()
        if len(lengths) == 1:
            return f"a text of {lengths[0]} tokens"
        return f"texts of {', '.join(map(str, lengths[:-1]))} and {lengths[-1]} tokens"


@dataclass(frozen=True)
class Built:
    """A module, the `weights` it started with, and the state of torch's generator after it was built."""

    module: nn.Module
    weights: Mapping[str, Tensor]
    generator: Tensor

    def equals(self, other: Built) -> bool:
        """Return whether both modules start with the same weights."""
        return self.weights.keys() == other.weights.keys() and all(
            torch.equal(weight, other.weights[key]) for key, weight in self.weights.items()
        )

    def is_drawn(self) -> bool:
        """Return whether any trainable weight has differing numbers, as randomly initialized weights have."""
        return any(
            weight.requires_grad and bool((weight != weight.flatten()[0]).any())
            for weight in self.module.parameters()
            if weight.numel()
        )


@dataclass(frozen=True)
class Trial:
    """An encoder that is tried out with vectors of `width` dimensions; errors call it `name`.

    Writing into its inputs is an error unless `may_write`.
    """

    encoder: Encoder
    name: str
    width: int
    may_write: bool = False

    def breach(self, what: str, hint: str | None = None) -> ComponentError:
        """Return a ComponentError that says how the encoder violates its contract."""
        return ComponentError(Fault(f"{self.name} {what}", where="encoder", hint=hint))

    def held(self, doing: str, action: Callable[[], T]) -> T:
        """Return the result of `action`.

        Raises ComponentError, which names the encoder, for any error that `action` raises.
        """
        with Owner(self.name, "encoder", joint=" ").calling(f"cannot {doing}: it raised", guarded=False):
            return action()

    def built(self, seed: int) -> Built:
        """Build the encoder's module as `module` does, and note its first weights.

        Raises ComponentError if it has uninitialized (lazy) weights.
        """
        made = self.module(seed)
        lazy = [key for key, weight in made.named_parameters() if is_lazy(weight)]
        if lazy:
            raise self.breach(f"{LATE}: {', '.join(lazy[:5])}", LATE_HINT)
        weights = {key: weight.clone() for key, weight in made.state_dict().items()}
        return Built(made, weights, torch.get_rng_state())

    def module(self, seed: int) -> nn.Module:
        """Build the encoder's module with `seed` set in torch's generator.

        Raises ComponentError if the result is no module with an `output_dim`.
        """
        torch.manual_seed(seed)
        made = self.held(f"be built for vectors of {self.width}", lambda: self.encoder.build(self.width))
        output_dim = getattr(made, "output_dim", None)
        whole = isinstance(output_dim, int) and not isinstance(output_dim, bool) and output_dim > 0
        if not isinstance(made, nn.Module) or not whole:
            came = f"{type(made).__name__} with output_dim {output_dim!r}"
            raise self.breach(f"builds no torch module with output_dim, an int of 1 or more: got {came}")
        return made

    def encoded(self, module: nn.Module, texts: Texts, seed: int = 0) -> Tensor:
        """Return the module's output for `texts`, [B, H], with `seed` set in torch's generator.

        Raises ComponentError for a wrong shape or dtype, for numbers that are not finite, and if the module
        writes into its inputs.
        """
        torch.manual_seed(seed)
        given = Texts(texts.embedded.clone(), texts.mask.clone())
        output = self.held(f"encode {texts}", lambda: module(given.embedded, given.mask))
        same = torch.equal(given.embedded, texts.embedded) and torch.equal(given.mask, texts.mask)
        if not same and not self.may_write:
            hint = "Work on a copy: masked_fill, not masked_fill_; x * mask, not x *= mask."
            raise self.breach("writes into the tensors that it is given", hint)
        encoded = check_encoded(module, output, len(texts.mask), int(module.output_dim))  # type: ignore[arg-type]
        self._check_numbers(encoded, texts)
        return encoded

    def _check_numbers(self, encoded: Tensor, texts: Texts) -> None:
        if encoded.dtype != texts.embedded.dtype:
            raise self.breach(f"gives numbers of {encoded.dtype} for vectors of {texts.embedded.dtype}")
        wrong = ~encoded.isfinite().all(dim=1)
        if wrong.any():
            length = int(texts.mask[wrong][0].sum())
            raise self.breach(f"gives NaN or infinity for a text of {length} tokens")

    def refuse_draws(self, before: GeneratorStates, verb: str, which: Sequence[str]) -> None:
        """Raise ComponentError if the state of any of the global generators `which` differs from `before`."""
        drawn = [NAMES[name] for name in before.changed() if name in which]
        if drawn:
            what = f"draws from {' and '.join(drawn)} in {verb}, or sets the seed there"
            raise self.breach(what, "The recipe's seed sets torch's generator: draw from that one alone.")


LATE = "makes weights after it was built"
LATE_HINT = "Make all of them in build or in the module's constructor: what is trained is loaded into these."


def unknown_to_torch(module: nn.Module) -> list[str]:
    """Return the attributes with tensors that torch does not save, by dotted names: `lins`, `inner.scale`."""
    known = {id(tensor) for tensor in module.state_dict(keep_vars=True).values()}
    return [
        name
        for name, value in _attributes(module)
        if any(id(tensor) not in known for tensor in _tensors(value, inside_modules=True))
    ]


def lost_weights(module: nn.Module) -> list[str]:
    """Return the attributes with tensors that require a gradient but are no parameters, so never train."""
    known = {id(tensor) for tensor in module.parameters()}
    return [
        name
        for name, value in _attributes(module)
        if any(
            tensor.requires_grad and tensor.is_leaf and id(tensor) not in known
            for tensor in _tensors(value, inside_modules=False)
        )
    ]


def _attributes(module: nn.Module) -> Iterator[tuple[str, Any]]:
    """Yield the attributes of a module and its submodules that torch does not register, by dotted names."""
    for prefix, inner in module.named_modules():
        for name, value in vars(inner).items():
            if name not in ("_parameters", "_buffers", "_modules"):
                yield f"{prefix}.{name}" if prefix else name, value


def _tensors(value: Any, inside_modules: bool) -> Iterator[Tensor]:
    """Yield the tensors in an attribute: itself, in a list, tuple or dict and, if asked for, in modules."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, nn.Module) and inside_modules:
        yield from value.parameters()
        yield from value.buffers()
    elif isinstance(value, list | tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _tensors(item, inside_modules)
