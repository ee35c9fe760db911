"""The short report as HTML and on a screen: whatever the data contain, it shows as text and fits."""

from __future__ import annotations

from io import StringIO
from xml.etree import ElementTree

from rich.cells import cell_len

from embedkit.evaluation.short_report import ShortReport, as_html
from embedkit.report.terminal.screen import Screen
from embedkit.report.terminal.short_report import print_short_report

ODD = [
    "<script>alert(1)</script>",
    "שלום עולם",
    "\x1b[31mred\x1b[0m",
    "日本語の名前がとても長い" * 5,
    "👩\u200d👩\u200d👧 & \u202eabc",
]
REPORT = ShortReport(
    ("Accuracy on <b>test</b> is 0.5.", "Next & last."),
    ("on test", "accuracy", "f1", "much longer heading of a metric", "another very long one"),
    tuple((name, "0.500", "0.400", "0.300", "0.200") for name in ODD),
)


def printed(report, width):
    screen = Screen(file=StringIO(), width=width)
    print_short_report(report, screen)
    return screen.file.getvalue()


def test_html_is_well_formed_and_has_no_other_elements_than_its_own():
    tree = ElementTree.fromstring(as_html(REPORT))
    used = {each.tag for each in tree.iter()}
    assert used == {"div", "p", "strong", "bdi", "table", "thead", "tbody", "tr", "th", "td"}
    assert next(iter(tree.iter("td"))).findtext("bdi") == ODD[0]
    shown = "".join(tree.itertext())
    assert "Accuracy on <b>test</b> is 0.5. Next & last." in shown
    assert r"\x1b[31mred" in shown
    assert r"\u202eabc" in shown
    assert len([*tree.iter("tr")]) == 6


def test_without_rows_there_is_no_table():
    assert "<table" not in as_html(ShortReport(("Nothing.",), (), ()))
    assert printed(ShortReport(("Nothing.",), (), ()), 80) == "Nothing.\n"


def test_a_screen_of_any_width_is_kept_to_and_the_first_figures_are_whole():
    for width in (40, 80, 120):
        shown = printed(REPORT, width)
        assert max(map(cell_len, shown.splitlines())) <= width
        assert shown.count("0.500") == 5
        assert "…" not in shown
        assert "\x1b" not in shown
    assert "much longer heading of a metric" in shown
    assert "much longer" not in printed(REPORT, 40)
