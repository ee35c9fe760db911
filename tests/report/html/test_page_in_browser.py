"""The page in a real browser: no request, no error, and everything that a reader clicks works."""

from __future__ import annotations

from report_pages import predictions, slices_with

import embedkit
from embedkit.model.token_states import OF_WORDS
from embedkit.report.html.blocks import Page, Section
from embedkit.report.html.page import render
from embedkit.report.html.sections.predictions import confusion_section, texts_section
from embedkit.report.html.sections.wrong_more_often import slices_blocks


def test_the_page_of_a_run_is_read_and_clicked_through(run, chromium, tmp_path):
    chromium.open(embedkit.write_report(run.path, out=tmp_path / "page.html"))
    assert chromium.driver.title == "Report of small"
    wrong = run.predictions.query("split == 'test' and label != predicted")["id"]
    assert chromium.texts() == f"{len(wrong)} texts; 1 to {len(wrong)} shown"
    chromium.choose("Outcome", "wrong")
    chromium.choose("Order", "by id")
    assert [int(each.text) for each in chromium.all(".found .head b")] == sorted(wrong)
    chromium.choose("Split", "every split")
    shown = [int(each.text) for each in chromium.all(".found .head b")]
    train = run.predictions.query("split == 'train' and label != predicted")["id"]
    assert shown == sorted([*wrong, *train])
    assert chromium.complaints() == []


def test_texts_of_strangers_are_text(run, chromium, tmp_path):
    chromium.open(embedkit.write_report(run.path, out=tmp_path / "page.html"))
    chromium.texts()
    chromium.choose("Outcome", "all")
    chromium.choose("Split", "test")
    chromium.choose("Order", "by id")
    bodies = [each.get_attribute("textContent") for each in chromium.all(".found .body")]
    given = [text.split() for text in run.predictions.query("split == 'test'")["text"]]
    assert [body.split() for body in bodies] == [[*words] for words in given]
    assert chromium.driver.title == "Report of small"
    assert chromium.all("img") == []
    assert chromium.complaints() == []


def test_a_cell_of_the_confusion_matrix_shows_its_texts(run, chromium, tmp_path):
    chromium.open(embedkit.write_report(run.path, out=tmp_path / "page.html"))
    cells = {(each.get_attribute("data-label"), each.text) for each in chromium.all(".confusion span")}
    assert cells == set()  # every cell has become a button
    for cell in chromium.all(".confusion button"):
        expected = cell.text
        chromium.click(cell)
        chromium.until(lambda: chromium.all(".texts [role=status]"))
        chromium.choose("Split", "test")
        found = chromium.found()
        assert found.split()[0] == (expected if expected != "0" else "no"), found
        chromium.choose("Split", "every split")


def test_the_examples_of_a_slice_show_their_texts(chromium, tmp_path):
    frame = predictions(300)
    wrong = frame.loc[frame["label"] != frame["predicted"], "id"].tolist()
    sections = [
        Section("slices", "Slices", slices_blocks(slices_with(wrong[:9]))),
        texts_section(frame, OF_WORDS),
    ]
    page = tmp_path / "page.html"
    page.write_text(render(Page("Slices", "texts", [], sections)), encoding="utf-8")
    chromium.open(page)
    (link,) = chromium.all("#slices td .shows-texts")
    assert link.text == ", ".join(map(str, wrong[:5]))
    chromium.click(link)
    assert chromium.until(chromium.found) == "5 texts; 1 to 5 shown"
    assert {int(each.text) for each in chromium.all(".found .head b")} == {*wrong[:5]}
    field = chromium.all(".controls input")[0]
    assert field.get_attribute("value") == f"ids: {link.text}"
    field.clear()
    field.send_keys(f"ids: {wrong[7]}")
    assert chromium.until(lambda: chromium.found() == "1 text; 1 to 1 shown")
    assert chromium.all(".found .head b")[0].text == str(wrong[7])
    assert chromium.complaints() == []


def test_a_search_finds_what_has_the_words(run, chromium, tmp_path):
    chromium.open(embedkit.write_report(run.path, out=tmp_path / "page.html"))
    chromium.texts()
    chromium.choose("Outcome", "all")
    chromium.all(".controls input")[0].send_keys("ZZZ")
    assert chromium.until(lambda: chromium.found().startswith("1 text;"))
    assert "odd zzz" in chromium.all(".found .body")[0].text


def test_a_word_is_found_on_the_map(run, chromium, tmp_path):
    chromium.open(embedkit.write_report(run.path, out=tmp_path / "page.html"))
    circles = chromium.all(".word-map circle")
    assert len(circles) == len(run.vocabulary) - 1  # all but the padding row
    field = chromium.all(".word-map input")[0]
    chromium.driver.execute_script("arguments[0].scrollIntoView({block: 'center'})", field)
    field.send_keys("GOO")
    assert chromium.until(lambda: chromium.all(".word-map text"))[0].text == "good"
    assert len(chromium.all(".word-map circle.hit")) == 1
    assert chromium.complaints() == []


def test_a_click_on_a_heading_sorts_a_table(matrix, chromium, tmp_path):
    chromium.open(embedkit.write_report(matrix.path, out=tmp_path / "page.html"))
    (table,) = [each for each in chromium.all("table.sortable") if "Candidates by tier" in each.text]
    heading = next(
        each for each in table.find_elements("css selector", "th button") if each.text == "seconds"
    )
    place = [each.text for each in table.find_elements("css selector", "th button")].index("seconds")
    for direction in ("ascending", "descending"):
        chromium.click(heading)
        cells = table.find_elements("css selector", f"td:nth-child({place + 1})")
        values = [float(cell.get_attribute("data-value")) for cell in cells]
        assert values == sorted(values, reverse=direction == "descending")
        assert heading.find_element("xpath", "..").get_attribute("aria-sort") == direction
    assert chromium.complaints() == []


def test_a_comparison_opens(run, other_run, chromium, tmp_path):
    chromium.open(embedkit.write_report(run.path, other_run.path, out=tmp_path / "page.html"))
    assert chromium.driver.title == "Comparison"
    assert chromium.complaints() == []


def test_a_hundred_thousand_texts_are_searched(chromium, tmp_path):
    frame = predictions(100_000)
    sections = [confusion_section(frame, "test"), texts_section(frame, OF_WORDS)]
    page = tmp_path / "page.html"
    page.write_text(render(Page("Many", "texts", ["Many."], sections)), encoding="utf-8")
    assert page.stat().st_size <= 8_000_000
    chromium.open(page)
    wrong = int((frame["label"] != frame["predicted"]).sum())
    assert chromium.texts().startswith(f"{wrong:,} texts")
    chromium.choose("Outcome", "all")
    assert chromium.found().startswith("100,000 texts")
    assert chromium.complaints() == []
