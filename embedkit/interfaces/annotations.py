"""Annotations of constructor parameters: what they say beside the type."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any


class _InputPathMark:
    """Marks a parameter that names a file to be read."""


InputPath = Annotated[str, _InputPathMark()]
"""A file to read. In a recipe: relative to the recipe file, `package:NAME/inner/path`, `~` or `${VARIABLE}`.
A component receives an absolute path of a file that exists; its run records the file's fingerprint."""


class _InputFolderMark:
    """Marks a parameter that names a folder whose files are read."""


InputFolder = Annotated[str, _InputFolderMark()]
"""A folder to read from, written as an InputPath is; `hub:ORG/NAME` is a model of Hugging Face's hub.
A component receives the absolute path of a folder that exists; its run records one fingerprint of the names
and the content of all files in it."""


class _NeedsTrustMark:
    """Marks a parameter by which a recipe says that code in a file has to run."""


NeedsTrust = Annotated[bool, _NeedsTrustMark()]
"""Whether code has to run that is in a file, as a pickle has it. A recipe's `true` grants nothing: without
the consent of whoever gives the command, by `--trust` or `trust=True`, the component is not made."""


@dataclass(frozen=True)
class ComponentOf:
    """Marks a parameter, or the items of a list, that take components of `kind`.

    `sources: Sequence[Annotated[Embedding, ComponentOf("embedding")]]`. In a recipe each is written as any
    component, a name or a mapping with `use`; a constructor receives the components that were made of them.
    """

    kind: str

    def __get_pydantic_core_schema__(self, _source: object, handler: Any) -> Any:
        """Return the schema for checking a resolved component, which is plain data: a name or a mapping."""
        return handler.generate_schema(str | dict[str, Any])

    def __get_pydantic_json_schema__(self, _schema: object, _handler: object) -> dict[str, str]:
        """Return the component's kind, which `embedkit schema` replaces with a reference to its schema."""
        return {"component": self.kind}


@dataclass(frozen=True)
class NameOf:
    """Marks a parameter that names a component of `kind`, which is not made; its default is allowed, too."""

    kind: str
