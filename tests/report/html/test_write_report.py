"""`embedkit.write_report` and `embedkit.report`: where the page goes, and what it is not written over."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest
from report_pages import predictions, slices_with

import embedkit
from embedkit.cli import main
from embedkit.errors import RunError
from embedkit.report.html.blocks import Page, Section
from embedkit.report.html.page import render
from embedkit.report.html.sections.wrong_more_often import slices_blocks
from embedkit.runs.run import Run


def called(*arguments: object) -> int:
    """Call `embedkit …`, and return its exit code."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    return ended.value.code


def test_the_page_is_written_into_the_run_and_again(run, capsys):
    for _ in range(2):
        assert called("report", run.path) == 0
        assert capsys.readouterr().out == f"{run.path / 'report.html'}\n"
    Run(run.path).verify()


def test_the_same_run_gives_the_same_bytes(run, tmp_path):
    first, second = (embedkit.write_report(run.path, out=tmp_path / name).read_bytes() for name in ("a", "b"))
    assert first == second
    assert len(first) < 300_000


WRITE = """
import sys

sys.modules["cleanlab"] = None  # an optional dependency, which needs scikit-learn
from embedkit.api import write_report

write_report(sys.argv[1], out=sys.argv[2])
print(*{"sklearn", "scipy.stats", "statsmodels", "torch"} & {*sys.modules})
"""


def test_libraries_that_take_longest_to_import_are_not_needed(run, tmp_path):
    command = [sys.executable, "-c", WRITE, str(run.path), str(tmp_path / "page.html")]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "\n"
    assert (tmp_path / "page.html").stat().st_size > 100_000


def test_what_embedkit_did_not_write_is_not_replaced(run, tmp_path):
    theirs = tmp_path / "page.html"
    theirs.write_text("<html>mine</html>")
    with pytest.raises(RunError, match="no page of embedkit"):
        embedkit.write_report(run.path, out=theirs)
    with pytest.raises(RunError, match="directory"):
        embedkit.write_report(run.path, out=tmp_path)
    assert theirs.read_text() == "<html>mine</html>"


def test_of_several_runs_the_page_compares_them_here(run, other_run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = embedkit.write_report(run.path, other_run.path)
    assert page.resolve() == tmp_path / "report.html"
    assert "Texts that come out differently" in page.read_text(encoding="utf-8")


def test_what_compare_printed_is_the_same_page_where_the_runs_have_gone(
    run, other_run, tmp_path, monkeypatch, capsys
):
    copies = [shutil.copytree(each.path, tmp_path / each.path.name) for each in (run, other_run)]
    assert called("compare", *copies, "--json") == 0
    stored = tmp_path / "comparison.json"
    stored.write_text(capsys.readouterr().out, encoding="utf-8")
    of_runs = embedkit.write_report(*copies, out=tmp_path / "page.html").read_bytes()
    for copy in copies:
        shutil.rmtree(copy)
    monkeypatch.chdir(tmp_path)
    assert called("report", stored) == 0
    assert capsys.readouterr().out == "report.html\n"
    assert (tmp_path / "report.html").read_bytes() == of_runs
    assert "Texts that come out differently" in of_runs.decode()


def test_a_file_that_is_no_comparison_is_named(run, capsys):
    assert called("report", run.path / "metrics.json") == 2
    said = capsys.readouterr().err
    assert "metrics.json: this file is no comparison of runs" in said
    assert "embedkit compare RUN RUN… --json" in said
    assert called("report", "no" * 200) == 2
    assert "no finished run in this directory" in capsys.readouterr().err


def test_a_split_to_compare_on_needs_several_runs(run, capsys):
    assert called("report", run.path, "--split", "test") == 2
    assert "--split" in capsys.readouterr().err


def test_markup_of_strangers_is_escaped_and_only_one_script_may_run(run, tmp_path):
    text = embedkit.write_report(run.path, out=tmp_path / "page.html").read_text(encoding="utf-8")
    assert "<b>neg</b>" not in text
    assert "&lt;b&gt;neg&lt;/b&gt;" in text
    assert len(re.findall("<script", text)) == 2  # the page's own, and the block of texts, which is none
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", text)


def test_a_ranking_has_its_tiers_and_the_texts_of_the_best(matrix, tmp_path):
    text = embedkit.write_report(matrix.path, out=tmp_path / "page.html").read_text(encoding="utf-8")
    assert matrix.ranking.conclusion in text
    assert "Candidates by tier" in text
    assert "packed-texts" in text


def test_the_examples_of_a_slice_are_read_without_script():
    section = Section("slices", "Slices", slices_blocks(slices_with([3, 14, 15])))
    assert '<span data-ids="3, 14, 15">3, 14, 15</span>' in render(Page("Slices", "texts", [], [section]))
    section = Section("slices", "Slices", slices_blocks(slices_with([])))
    assert "data-ids" not in render(Page("Slices", "texts", [], [section])).split("<script>")[0]


def test_long_texts_are_cut_and_then_left_out(monkeypatch):
    from embedkit.model.token_states import OF_WORDS
    from embedkit.report.html import texts

    whole = texts.browser_of(predictions(2_000), OF_WORDS)
    assert (whole.n, whole.left_out) == (2_000, "")
    long = predictions(200, words=2_000)
    monkeypatch.setattr(texts, "LEAST", 30_000)
    cut = texts.browser_of(long, OF_WORDS)
    assert len(cut.packed) <= 30_000
    assert "cut after" in cut.left_out
    monkeypatch.setattr(texts, "LEAST", 5_000)
    monkeypatch.setattr(texts, "FOR_A_TEXT", 0)
    some = texts.browser_of(long, OF_WORDS)
    assert some.n < 200
    assert "wrong ones first" in some.left_out
