"""What a page is made of: sections of paragraphs, tables, charts, and the browser of texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from markupsafe import Markup


@dataclass(frozen=True)
class Figure:
    """A number of a table: `value`, by which rows are sorted, as `shown`. None sorts after every number."""

    value: float | None
    shown: str


@dataclass(frozen=True)
class Examples:
    """The `ids` of texts, as a link that shows them in the browser of texts."""

    ids: Sequence[int]


Cell = str | Figure | Examples


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `strong` for the sentence of a section that matters most."""

    template: ClassVar[str] = "paragraph"
    text: str
    strong: bool = False


@dataclass(frozen=True)
class Note:
    """A remark in small print, such as how a figure was computed."""

    template: ClassVar[str] = "note"
    text: str


@dataclass(frozen=True)
class Code:
    """Lines to be copied, such as a command or a recipe."""

    template: ClassVar[str] = "code"
    text: str


@dataclass(frozen=True)
class Table:
    """A table that readers can sort by its columns; `groups` starts a new body after these row numbers."""

    template: ClassVar[str] = "table"
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    groups: Sequence[int] = ()

    @property
    def bodies(self) -> list[Sequence[Sequence[Cell]]]:
        """Return the rows of each body."""
        starts = [0, *self.groups]
        return [self.rows[a:b] for a, b in zip(starts, [*self.groups, len(self.rows)], strict=True)]


@dataclass(frozen=True)
class Chart:
    """A chart as inline SVG, with a `description` of what it shows for who cannot see it."""

    template: ClassVar[str] = "chart"
    title: str
    description: str
    svg: Markup


@dataclass(frozen=True)
class Row:
    """Blocks that stand side by side where the screen is wide enough."""

    template: ClassVar[str] = "row"
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Details:
    """Blocks that are folded away under a `summary`."""

    template: ClassVar[str] = "details"
    summary: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Confusion:
    """A confusion matrix [C, C] of counts, labels down and predictions across.

    Its cells show their texts in the browser of texts, which has the classes at `places`.
    """

    template: ClassVar[str] = "confusion"
    classes: Sequence[str]
    places: Sequence[int]
    counts: Sequence[Sequence[int]]

    @property
    def largest(self) -> int:
        """Return the largest count of a cell."""
        return max((count for row in self.counts for count in row), default=0)


@dataclass(frozen=True)
class Token:
    """A token of a text, with its `state`; "" if it has a vector."""

    text: str
    state: str


@dataclass(frozen=True)
class ListedText:
    """A text as readers without script see it."""

    id: int
    label: str
    predicted: str
    probability: float
    tokens: Sequence[Token]


@dataclass(frozen=True)
class Texts:
    """The browser of texts: `packed` is their compressed block, `listed` are some wrong ones.

    `n` texts are in the block; `left_out` says why others are not, or is "". `states` are those that tokens
    are marked with, `described` is what they are called together.
    """

    template: ClassVar[str] = "texts"
    packed: str
    n: int
    left_out: str
    listed: Sequence[ListedText]
    states: Sequence[str]
    described: str


@dataclass(frozen=True)
class Point:
    """A word on the map: where it is, and where it was before training, in a square of side SIDE.

    `group` is the number of the class that it speaks for, from 1; 0 if it speaks for none.
    """

    word: str
    x: int
    y: int
    old_x: int
    old_y: int
    group: int


SIDE = 1000


@dataclass(frozen=True)
class WordMap:
    """A map of words that can be searched; `groups` are the names of the classes with a colour."""

    template: ClassVar[str] = "word_map"
    title: str
    points: Sequence[Point]
    groups: Sequence[str]


Block = Paragraph | Note | Code | Table | Chart | Row | Details | Confusion | Texts | WordMap


@dataclass(frozen=True)
class Section:
    """A section of the page: `anchor` names it in links, `blocks` are its content."""

    anchor: str
    title: str
    blocks: Sequence[Block]


@dataclass(frozen=True)
class Page:
    """A page: its title, what it is about, the verdict in sentences, and sections."""

    title: str
    about: str
    verdict: Sequence[str]
    sections: Sequence[Section]
