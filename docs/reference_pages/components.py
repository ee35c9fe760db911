"""Every bundled component, with its keys."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from embedkit.cli.inventory import key_records
from embedkit.hookspecs import KINDS
from embedkit.interfaces.flags import FLAGS
from embedkit.plugin.registry import Component, Registry

from .keys import key_table
from .markdown import code, page, paragraph, plain, table

INTRODUCTION = """\
Every component that comes with embedkit, with its keys, as `embedkit plugins show NAME` prints them. In a
recipe a component without keys is [written as its name](recipes.md#components), one with keys as
`{use: NAME, …}`. A default of `null` often stands for something else: the meaning says for what."""

PAGES = {
    "reader": ("Readers", "[Readers](readers.md) has labels, groups, encodings and examples."),
    "tokenizer": ("Tokenizers", "[Tokenizers](tokenizers.md) says which one to use for what."),
    "embedding": (
        "Embeddings",
        "Every embedding also takes the keys of [`embedding`](recipe-keys.md#embedding): `trainable`, "
        "`sparse` and `unseen`. [Embeddings](embeddings.md) has examples.",
    ),
    "text-encoder": (
        "Text encoders",
        "Pretrained models that read texts with a tokenizer of their own. "
        "[`distilled`](embeddings.md#distilled) takes word vectors from one.",
    ),
    "oov": (
        "Out-of-vocabulary policies",
        "[Out-of-vocabulary policies](oov-policies.md) says how they work together.",
    ),
    "encoder": ("Encoders", "[Encoders](encoders.md) has examples and sources."),
    "metric": ("Metrics", "[Metrics](metrics.md) says when one is undefined."),
    "baseline": ("Baselines", "[Baselines](baselines.md) says how their parameters are chosen."),
    "function-words": (
        "Function words",
        "Lists of [stop words](../explanation/out-of-vocabulary.md#stop-words-and-content-tokens) that the "
        "error analysis does not count as content.",
    ),
    "vector-format": (
        "Formats of vector files",
        "[Word-vector files](vector-formats.md) describes them. They take no keys.",
    ),
}
"""The heading of each kind, and where more is said about it."""


def render(registry: Registry) -> str:
    """Return the page of the bundled components of `registry`."""
    blocks = [paragraph(INTRODUCTION)]
    for kind in KINDS:
        title, more = PAGES[kind]
        blocks += [f"## {title}", paragraph(more), *_built_in(kind)]
        blocks += [
            block for each in registry.components() if _is_of(kind, each) for block in _component(each)
        ]
    return page("Components", *blocks)


def _is_of(kind: str, component: Component) -> bool:
    return component.kind == kind and component.bundled


def _built_in(kind: str) -> Iterator[str]:
    """Yield the table of what embedkit itself has of a kind, if anything."""
    if KINDS[kind].built_in:
        rows = ((code(name), meaning) for name, meaning in KINDS[kind].built_in.items())
        yield table(("built-in format", "meaning"), rows)


def _component(component: Component) -> Iterator[str]:
    yield f"### {component.kind} `{component.name}`"
    yield paragraph(plain(inspect.getdoc(component.factory) or ""))
    flags = [*_flags(component)]
    declares = f" It [declares](plugin-interface.md#flags) {', '.join(map(code, flags))}." if flags else ""
    yield f"From the plugin {code(component.plugin.entry)}.{declares}"
    keys = key_records(component)
    yield key_table(keys) if keys else "It takes no keys."


def _flags(component: Component) -> Iterator[str]:
    """Yield each flag that the component's class sets to something else than its default."""
    for flag in FLAGS:
        value = getattr(component.factory, flag.name, flag.default)
        if component.kind in flag.kinds and isinstance(value, bool | tuple) and value != flag.default:
            yield f"{flag.name} = {value!r}"
