"""An encoder on trial: built, asked for made-up texts, and held responsible for what it raises and gives."""

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
    """Made-up texts: `embedded` [B, T, D], zero where `mask` [B, T] has no token."""

    embedded: Tensor
    mask: Tensor

    @classmethod
    def drawn(cls, lengths: Sequence[int], width: int, padded_to: int | None = None) -> Texts:
        """Texts of so many tokens each, drawn from torch's generator."""
        longest = max(1, padded_to or max(lengths))
        mask = torch.arange(longest) < torch.tensor(lengths)[:, None]
        return cls(torch.randn(len(lengths), longest, width) * mask[:, :, None], mask)

    def alone(self, row: int, padded: bool) -> Texts:
        """One of the texts in a batch of its own, with or without its padding."""
        length = self.mask.shape[1] if padded else max(1, int(self.mask[row].sum()))
        return Texts(self.embedded[row : row + 1, :length], self.mask[row : row + 1, :length])

    def with_garbage(self) -> Texts:
        """The same texts, with other numbers than zeros where there are no tokens."""
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
        """Whether both start with the same weights."""
        return self.weights.keys() == other.weights.keys() and all(
            torch.equal(weight, other.weights[key]) for key, weight in self.weights.items()
        )

    def is_drawn(self) -> bool:
        """Whether any of its weights has more than one number in it, as weights have that were drawn."""
        return any(
            weight.requires_grad and bool((weight != weight.flatten()[0]).any())
            for weight in self.module.parameters()
            if weight.numel()
        )


@dataclass(frozen=True)
class Trial:
    """An encoder that is tried out with vectors of `width` dimensions; errors call it `name`."""

    encoder: Encoder
    name: str
    width: int

    def breach(self, what: str, hint: str | None = None) -> ComponentError:
        """The error that the encoder does what it should not."""
        return ComponentError(Fault(f"{self.name} {what}", where="encoder", hint=hint))

    def held(self, doing: str, action: Callable[[], T]) -> T:
        """What `action` gives. Raises ComponentError, which names the encoder, for what it raises."""
        with Owner(self.name, "encoder", joint=" ").calling(f"cannot {doing}: it raised", guarded=False):
            return action()

    def built(self, seed: int) -> Built:
        """The encoder as it is built with torch's generator at `seed`.

        Raises ComponentError for what is no module with an `output_dim`, and for weights not there yet.
        """
        torch.manual_seed(seed)
        made = self.held(f"be built for vectors of {self.width}", lambda: self.encoder.build(self.width))
        output_dim = getattr(made, "output_dim", None)
        if not isinstance(made, nn.Module) or not isinstance(output_dim, int) or output_dim < 1:
            came = f"{type(made).__name__} with output_dim {output_dim!r}"
            raise self.breach(f"builds no torch module with output_dim, an int of 1 or more: got {came}")
        lazy = [key for key, weight in made.named_parameters() if is_lazy(weight)]
        if lazy:
            raise self.breach(f"{LATE}: {', '.join(lazy[:5])}", LATE_HINT)
        weights = {key: weight.clone() for key, weight in made.state_dict().items()}
        return Built(made, weights, torch.get_rng_state())

    def encoded(self, module: nn.Module, texts: Texts, seed: int = 0) -> Tensor:
        """[B, H], torch's generator at `seed`.

        Raises ComponentError for another shape or type of numbers, for numbers that are not finite, and where
        the module writes into what it is given.
        """
        torch.manual_seed(seed)
        given = Texts(texts.embedded.clone(), texts.mask.clone())
        output = self.held(f"encode {texts}", lambda: module(given.embedded, given.mask))
        if not torch.equal(given.embedded, texts.embedded) or not torch.equal(given.mask, texts.mask):
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
        """Raise ComponentError where `which` of the global generators are not where they were `before`."""
        drawn = [NAMES[name] for name in before.changed() if name in which]
        if drawn:
            what = f"draws from {' and '.join(drawn)} in {verb}, or sets the seed there"
            raise self.breach(what, "The recipe's seed sets torch's generator: draw from that one alone.")


LATE = "makes weights after it was built"
LATE_HINT = "Make all of them in build or in the module's constructor: what is trained is loaded into these."


def unknown_to_torch(module: nn.Module) -> list[str]:
    """The attributes, by dotted names, that hold tensors which torch does not save: `lins`, `inner.scale`."""
    known = {id(tensor) for tensor in module.state_dict(keep_vars=True).values()}
    return [
        name
        for name, value in _attributes(module)
        if any(id(tensor) not in known for tensor in _tensors(value, inside_modules=True))
    ]


def lost_weights(module: nn.Module) -> list[str]:
    """Those of them that hold a tensor which wants a gradient, though nothing will ever train it."""
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
    """What a module and those inside it hold without torch's knowledge, by dotted names."""
    for prefix, inner in module.named_modules():
        for name, value in vars(inner).items():
            if name not in ("_parameters", "_buffers", "_modules"):
                yield f"{prefix}.{name}" if prefix else name, value


def _tensors(value: Any, inside_modules: bool) -> Iterator[Tensor]:
    """The tensors in an attribute: itself, those in a list, tuple or dict, and in modules there."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, nn.Module) and inside_modules:
        yield from value.parameters()
        yield from value.buffers()
    elif isinstance(value, list | tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _tensors(item, inside_modules)
