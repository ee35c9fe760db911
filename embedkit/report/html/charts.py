"""Draw charts as inline SVG by matplotlib, in the colours of the page, so that they follow its dark mode."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.typing import RcKeyType

INK, SOFT, LINE = "#010101", "#020202", "#030303"
SERIES = ("#040401", "#040402", "#040403", "#040404", "#040405")
VARIABLES = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    LINE: "var(--line)",
    **{colour: f"var(--series-{number})" for number, colour in enumerate(SERIES, start=1)},
}
"""The colours that are drawn, and the variables of the style sheet that take their place."""

SETTINGS: dict[RcKeyType, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "embedkit",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": SOFT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": LINE,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "text.parse_math": False,
}

TIDIED = (
    (r"<metadata>.*?</metadata>", ""),
    (r"<style.*?</style>", ""),  # it would hold for the whole page, whose style sheet has the same for charts
    (r'<g id="[^"]*"', "<g"),  # several charts of a page would have the same ids; nothing refers to groups
    (r'font: ([\d.]+px) [^;"]*', r"font: \1 system-ui, sans-serif"),
    (r"fill: #ffffff", "fill: none"),
    (r"\s*\n\s*", " "),
)
"""Patterns in the SVG of matplotlib, and what takes their place."""

WIDTH, HEIGHT = 5.4, 3.4
"""Inches of a chart; it shrinks to the width of the screen."""

MARKED = 30
"""Points up to which each is marked."""

NAME = 32
"""Characters of a name."""

DASHES = ("-", "--", "-.", ":")
"""Lines of the same colour, and those seen without colours, differ by their dashes."""


@dataclass(frozen=True)
class Series:
    """A line through the points (`x`, `y`), with an interval at each where `low` and `high` are given."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None

    @classmethod
    def of_points(cls, name: str, points: Iterable[tuple[float, float, tuple[float, float]]]) -> Series:
        """Return the line through points (x, y, interval)."""
        x, y, ends = zip(*points, strict=True)
        return cls(name, x, y, [low for low, _ in ends], [high for _, high in ends])


@dataclass(frozen=True)
class Axis:
    """The name of an axis, and its `limits`, which are found out if they are None."""

    name: str
    limits: tuple[float, float | None] | None = None
    whole: bool = False


def line_chart(series: Sequence[Series], x: Axis, y: Axis, diagonal: bool = False) -> Markup:
    """Return a chart of lines, with their intervals as bands; `diagonal` adds the line of x = y."""
    with _axes(x, y) as (figure, axes):
        for number, each in enumerate(series):
            colour, dash = SERIES[number % len(SERIES)], DASHES[number // len(SERIES) % len(DASHES)]
            marker = "o" if len(each.x) <= MARKED else ""
            (line,) = axes.plot(each.x, each.y, color=colour, linestyle=dash, label=_shown(each.name))
            line.set(marker=marker, markersize=3.5)
            if each.low is not None and each.high is not None:
                axes.fill_between(each.x, each.low, each.high, color=colour, alpha=0.15, linewidth=0)
        if diagonal:
            axes.axline((0, 0), slope=1, color=SOFT, linewidth=0.8, linestyle=":")
        if len(series) > 1:
            axes.legend()
    return _svg(figure)


def interval_chart(names: Sequence[str], found: Series, x: Axis, groups: Sequence[int] = ()) -> Markup:
    """Return a chart with a row for each name: a point and its interval.

    A rule is drawn above the rows whose numbers are `groups`.
    """
    height = 0.9 + 0.28 * len(names)
    with _axes(x, Axis(""), height) as (figure, axes):
        rows = range(len(names))
        low, high = found.low or found.x, found.high or found.x
        axes.hlines(rows, low, high, color=SERIES[0], linewidth=2)
        axes.plot(found.x, rows, "o", color=SERIES[0], markersize=5)
        axes.set_yticks(rows, [*map(_shown, names)])
        axes.invert_yaxis()
        axes.grid(visible=False, axis="y")
        for after in groups:
            axes.axhline(after - 0.5, color=SOFT, linewidth=0.8, linestyle="--")
    return _svg(figure)


def _shown(name: str) -> str:
    """Return a name as charts show it, cut where it is long; legends leave out names that begin with "_"."""
    name = name if len(name) <= NAME else f"{name[: NAME - 1]}…"
    return f" {name}" if name.startswith("_") else name


@contextmanager
def _axes(x: Axis, y: Axis, height: float = HEIGHT) -> Iterator[tuple[Figure, Axes]]:
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with matplotlib.rc_context(SETTINGS):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = figure.subplots()
        yield figure, axes
        axes.set_xlabel(x.name)
        axes.set_ylabel(y.name)
        for axis, set_limits, own in ((x, axes.set_xlim, axes.xaxis), (y, axes.set_ylim, axes.yaxis)):
            if axis.limits is not None:
                set_limits(*axis.limits)
            if axis.whole:
                own.set_major_locator(MaxNLocator(integer=True))


def _svg(figure: Figure) -> Markup:
    """Return the figure as an element of a page, with the variables of its style sheet as colours."""
    import matplotlib

    out = io.StringIO()
    with matplotlib.rc_context(SETTINGS):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    drawn = out.getvalue()
    drawn = drawn[drawn.index("<svg") :]
    for pattern, replacement in TIDIED:
        drawn = re.sub(pattern, replacement, drawn, flags=re.DOTALL)
    for colour, variable in VARIABLES.items():
        drawn = drawn.replace(colour, variable)
    return Markup(drawn)  # noqa: S704  (matplotlib escapes the names)
