"""Checks of text encoders, of the models that they open, and of the networks that these build."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Integral
from typing import TYPE_CHECKING, Any

from embedkit.errors import shortened
from embedkit.interfaces import Pieces, TextEncoderContext
from embedkit.testing.arrays import expect_array
from embedkit.testing.check import check, expect
from embedkit.testing.checks.common import deterministic, does_its_work
from embedkit.testing.checks.tokenizers import LONG, ODD, TEXTS
from embedkit.testing.exercise import Exercise
from embedkit.testing.subject import Subject

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

TOLERANCE = 1e-3
"""How far states may be apart that are worked out in another order, relative to the largest of them."""


def _open(subject: Subject) -> Any:
    return subject.make().open(TextEncoderContext(trust=subject.registry.trust))


@dataclass(frozen=True)
class _Batch:
    """B texts as a network reads them: `ids` int64 [B, S] and `mask` bool [B, S]."""

    ids: Tensor
    mask: Tensor

    @classmethod
    def of(cls, pieces: Pieces, more: int = 0, padding: int = 0) -> _Batch:
        """Pad the pieces of texts to the longest of them, and then by `more` pieces of the id `padding`."""
        import torch

        parts = torch.split(torch.from_numpy(pieces.ids).long(), pieces.lengths.tolist())
        longest = int(pieces.lengths.max()) + more
        ids = torch.full((len(parts), longest), padding)
        for row, part in enumerate(parts):
            ids[row, : len(part)] = part
        return cls(ids, torch.arange(longest) < torch.from_numpy(pieces.lengths)[:, None])


def _texts_with_pieces(model: Any) -> list[str]:
    """Return texts that have pieces: one without any is not given to a network."""
    texts = [text for text in TEXTS if text]
    return [text for text in texts if model.pieces([text]).lengths[0]]


def _read(subject: Subject, more: int = 0, padding: int = 0) -> tuple[Any, _Batch, Tensor]:
    """Return the network of a new model, a batch of texts, and their states in evaluation."""
    import torch

    model = _open(subject)
    network = model.build()
    batch = _Batch.of(model.pieces(_texts_with_pieces(model)), more, padding)
    with torch.no_grad():
        return network, batch, network(batch.ids.clone(), batch.mask.clone())


@check("text-encoder")
def text_encoder_opens_a_model(subject: Subject) -> None:
    """`open` returns a model, which has `dim`, `digest`, `pieces` and `build`."""
    model = _open(subject)
    absent = [name for name in ("dim", "digest", "pieces", "build") if not hasattr(model, name)]
    what = "a model with `dim`, `digest`, `pieces` and `build`"
    expect(not absent, what, repr(type(model).__name__))


@check("text-encoder", requires=(does_its_work,))
def text_encoder_dim(subject: Subject) -> None:
    """`dim` of the model is an integer from 1, and an attribute or a property, not a method."""
    dim = _open(subject).dim
    integer = isinstance(dim, Integral) and not isinstance(dim, bool)
    expect(integer and dim >= 1, "an integer from 1", f"{dim!r:.60}")


@check("text-encoder", requires=(does_its_work,))
def text_encoder_digest(subject: Subject) -> None:
    """`digest` of the model is a text of at least one character."""
    digest = _open(subject).digest
    expect(isinstance(digest, str) and digest != "", "a text", f"{digest!r:.60}")


@check("text-encoder", requires=(does_its_work,))
def text_encoder_pieces_shapes(subject: Subject) -> None:
    """`pieces` returns Pieces: arrays of the shapes and types that they say, and the words of each text."""
    _expect_shapes(_open(subject).pieces([*TEXTS]), TEXTS)


@check("text-encoder", requires=(text_encoder_pieces_shapes,))
def text_encoder_pieces_of_words(subject: Subject) -> None:
    """Each word that is read has pieces, which stand in the order of the words."""
    model = _open(subject)
    for text in TEXTS:
        pieces = model.pieces([text])
        found, read = [*dict.fromkeys(pieces.words[pieces.words >= 0].tolist())], int(pieces.read[0])
        expect(found == [*range(read)], f"pieces of the words 0 to {read - 1} of {text!r}", f"{found}")
        expect(read <= len(pieces.tokens[0]), f"at most {len(pieces.tokens[0])} words of {text!r}", f"{read}")


@check("text-encoder", requires=(text_encoder_pieces_shapes,))
def text_encoder_spells_words(subject: Subject) -> None:
    """The words of a text are spelt as in the text, in its order."""
    for text, words in zip(TEXTS, _open(subject).pieces([*TEXTS]).tokens, strict=True):
        at = 0
        for word in words:
            found = text.find(word, at)
            expect(word != "" and found >= 0, f"words that stand in {text!r}", repr(word))
            at = found + len(word)


@check("text-encoder", requires=(deterministic, text_encoder_pieces_shapes))
def text_encoder_each_text_by_itself(subject: Subject) -> None:
    """A text has the same pieces alone as among other texts."""
    model = _open(subject)
    together, first = model.pieces([*TEXTS]), 0
    for number, text in enumerate(TEXTS):
        alone, last = model.pieces([text]), first + int(together.lengths[number])
        for name in ("ids", "words", "unknown"):
            own, among = getattr(alone, name).tolist(), getattr(together, name)[first:last].tolist()
            expect(own == among, f"{name} {own} of {text!r} among other texts, as alone", f"{among}")
        first = last


@check("text-encoder", requires=(text_encoder_pieces_shapes,))
def text_encoder_no_texts(subject: Subject) -> None:
    """No texts give no pieces."""
    _expect_shapes(_open(subject).pieces([]), ())


@check("text-encoder", requires=(text_encoder_pieces_shapes,))
def text_encoder_any_characters(subject: Subject) -> None:
    """Any Unicode text has pieces, or none: control characters, emoji, every script, marks alone."""
    model = _open(subject)
    for text in ODD:
        _expect_shapes(model.pieces([text]), (text,))


@check("text-encoder", requires=(text_encoder_pieces_shapes,))
def text_encoder_long_text(subject: Subject) -> None:
    """A text of 100,000 characters has no more pieces than the network can read."""
    import torch

    model = _open(subject)
    pieces = model.pieces([("a great film " * LONG)[:LONG]])
    batch = _Batch.of(pieces)
    with torch.no_grad():
        states = model.build()(batch.ids, batch.mask)
    expect(bool(states.isfinite().all()), "finite states of a long text", "others")


@check("text-encoder", requires=(does_its_work,))
def text_encoder_network(subject: Subject) -> None:
    """`build` returns a torch module of float32 with `pool` and `layers`, in evaluation mode."""
    from torch import nn

    network = _open(subject).build()
    expect(isinstance(network, nn.Module), "a torch module", type(network).__name__)
    absent = [name for name in ("pool", "layers") if not callable(getattr(network, name, None))]
    expect(not absent, "a module with `pool` and `layers`", f"one without {' and '.join(absent)}")
    training = [name or "itself" for name, module in network.named_modules() if module.training]
    expect(not training, "a module in evaluation mode", f"one in training mode: {', '.join(training[:3])}")
    kinds = {str(weight.dtype) for weight in network.parameters()}
    expect(kinds <= {"torch.float32"}, "weights of float32", ", ".join(sorted(kinds)))


@check("text-encoder", requires=(text_encoder_dim, text_encoder_network, text_encoder_pieces_shapes))
def text_encoder_states_shape(subject: Subject) -> None:
    """The network returns finite states [B, S, D] of float32."""
    _, batch, states = _read(subject)
    shape = (*batch.ids.shape, _open(subject).dim)
    _expect_tensor("states", states, shape, batch.mask)


@check("text-encoder", requires=(text_encoder_states_shape,))
def text_encoder_pool_shape(subject: Subject) -> None:
    """`pool` returns a finite vector of float32 for each text, [B, D]."""
    network, batch, states = _read(subject)
    _expect_tensor("vectors", network.pool(states, batch.mask), (len(batch.ids), states.shape[2]))


@check("text-encoder", requires=(text_encoder_pool_shape,))
def text_encoder_padding(subject: Subject) -> None:
    """States and pooled vectors of a text are the same alone, among longer texts, and with other padding."""
    import torch

    network, batch, states = _read(subject)
    _, wider, more = _read(subject, more=3, padding=1)
    with torch.no_grad():
        pooled, again = network.pool(states, batch.mask), network.pool(more, wider.mask)
        _expect_close("pooled vectors with more padding", pooled, again)
        for row, length in enumerate(batch.mask.sum(dim=1).tolist()):
            alone = network(batch.ids[row : row + 1, :length], batch.mask[row : row + 1, :length])
            _expect_close("states of a text alone", states[row, :length], alone[0])
            _expect_close("states with more padding", states[row, :length], more[row, :length])


@check("text-encoder", requires=(text_encoder_network,))
def text_encoder_builds_alike(subject: Subject) -> None:
    """Each `build` gives a network of its own, with the same weights."""
    import torch

    model = _open(subject)
    first, second = model.build().state_dict(), model.build().state_dict()
    expect(first.keys() == second.keys(), "the same weights in each network", "others")
    for name, weight in first.items():
        expect(torch.equal(weight, second[name]), f"the same {name} in each network", "another one")
    shared = [
        n for n, weight in first.items() if weight.numel() and weight.data_ptr() == second[n].data_ptr()
    ]
    expect(not shared, "weights of its own for each network", f"shared ones: {', '.join(shared[:3])}")


@check("text-encoder", requires=(text_encoder_network,))
def text_encoder_layers(subject: Subject) -> None:
    """`layers` are modules with weights of the network, and each weight is in one layer at most."""
    network = _open(subject).build()
    layers, known = network.layers(), {id(weight) for weight in network.parameters()}
    weights = [{id(weight) for weight in layer.parameters()} for layer in layers]
    expect(len(layers) > 0 and all(weights), "layers with weights", "one without, or no layer")
    expect(set().union(*weights) <= known, "weights of the network", "others")
    total = sum(map(len, weights))
    expect(total == len(set().union(*weights)), "each weight in one layer", "a weight in several")


@check("text-encoder", requires=(text_encoder_layers, text_encoder_pool_shape))
def text_encoder_gradients(subject: Subject) -> None:
    """Training reaches every layer: a gradient comes from the states to weights of each of them."""
    import torch

    from embedkit.interfaces.generators import GeneratorStates

    network, batch, _ = _read(subject)
    before = GeneratorStates.now()
    try:
        with torch.enable_grad():
            states = network.requires_grad_(True).train()(batch.ids, batch.mask)
            network.pool(states, batch.mask).square().sum().backward()
    finally:
        before.restore()
    idle = [
        number
        for number, layer in enumerate(network.layers())
        if not any(weight.grad is not None and weight.grad.any() for weight in layer.parameters())
    ]
    expect(not idle, "a gradient of every layer", f"none of the layers {', '.join(map(str, idle))}")


def _expect_shapes(pieces: Any, texts: Sequence[str]) -> None:
    what = f"Pieces of {len(texts)} texts"
    expect(isinstance(pieces, Pieces), what, type(pieces).__name__)
    for name in ("lengths", "read"):
        expect_array(f"`pieces().{name}`", getattr(pieces, name), "int64", (len(texts),))
    total = int(pieces.lengths.sum())
    for name, dtype in (("ids", "int32"), ("words", "int32"), ("unknown", "bool")):
        expect_array(f"`pieces().{name}`", getattr(pieces, name), dtype, (total,))
    expect(len(pieces.tokens) == len(texts), f"words of {len(texts)} texts", str(len(pieces.tokens)))
    for text, words in zip(texts, pieces.tokens, strict=True):
        fits = not isinstance(words, str) and all(isinstance(word, str) for word in words)
        expect(fits, f"a list of strings for {shortened(text)!a}", shortened(ascii(words), 200))


def _expect_tensor(what: str, came: Any, shape: tuple[int, ...], mask: Tensor | None = None) -> None:
    import torch

    fits = isinstance(came, torch.Tensor) and tuple(came.shape) == shape and came.dtype == torch.float32
    told = f"{came.dtype} {[*came.shape]}" if isinstance(came, torch.Tensor) else type(came).__name__
    expect(fits, f"{what} of float32 and shape {[*shape]}", told)
    finite = came.isfinite() if mask is None else came[mask].isfinite()
    expect(bool(finite.all()), f"finite {what}", "NaN or infinity")


def _expect_close(what: str, first: Tensor, second: Tensor) -> None:
    apart = float((first - second).abs().max())
    largest = max(1.0, float(first.abs().max()))
    expect(apart <= TOLERANCE * largest, f"the same {what}", f"{apart:.2g} apart")


def _texts(number: int) -> list[str]:
    return [["A great film, and great fun.", "dull and slow"], ["Slow, but never dull!", "great fun", "a"]][
        number
    ]


def _work(made: Any, texts: Sequence[str]) -> Any:
    """Open the model, split texts and, if they have pieces, compute their states and pooled vectors."""
    import torch

    model = made.open(TextEncoderContext())
    pieces = model.pieces(texts)
    if not isinstance(pieces, Pieces) or not len(pieces.lengths) or not pieces.lengths.min():
        return model.digest, pieces
    network, batch = model.build(), _Batch.of(pieces)
    with torch.no_grad():
        states = network(batch.ids, batch.mask)
        return model.digest, pieces, states, network.pool(states, batch.mask)


EXERCISE = Exercise("text-encoder", _texts, _work, requires=(text_encoder_opens_a_model.id,))
