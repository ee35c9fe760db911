"""The pages that the README's commands end with, of 200 sentences and of 10,662, clicked through."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest

from embedkit.cli import main
from embedkit.runs.run import Run

BAG_OF_WORDS = """
name: {name}
data: {{train: {{use: inline, texts: [a, b], labels: [a, b]}}}}
baseline: {name}
evaluation: {{predictions: held-out}}
"""
MEAN_OF_GLOVE = """
name: glove-mean
data: {train: {use: inline, texts: [a, b], labels: [a, b]}}
tokenizer: whitespace
embedding:
  use: word2vec-binary
  path: "${EMBEDKIT_DATA}/vectors/glove6b-100d.mr-sst.ctool.bin"
  trainable: none
oov: [zero]
encoder: bag
training: {optimizer: lbfgs}
evaluation: {baselines: [], function_words: [], predictions: held-out, table_drift: false}
"""

ONE_EPOCH = ("--set", "training.epochs=1")


def call(*arguments: object) -> None:
    """Call `embedkit …`, which must succeed."""
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    assert ended.value.code == 0


@pytest.fixture(scope="session")
def quickstart(tmp_path_factory) -> Run:
    """The run of quickstart, of one epoch, with its page."""
    out = tmp_path_factory.mktemp("quickstart") / "run"
    call("run", "quickstart", "--out", out, "-q", *ONE_EPOCH)
    call("report", out)
    return Run(out)


@pytest.fixture(scope="session")
def ranked_quickstart(tmp_path_factory) -> Run:
    """The ranking of quickstart, of one epoch, and bags of words on two folds, with its page."""
    home = tmp_path_factory.mktemp("quickstart")
    call("recipes", "copy", "quickstart", "--to", home / "quickstart.yaml")
    recipe = home / "quickstart.yaml"
    recipe.write_text(recipe.read_text("utf-8").replace("epochs: 10", "epochs: 1"), "utf-8")
    return ranking(home, recipe, [bag_of_words(home, name) for name in ("majority", "nbsvm")], folds=2)


@pytest.fixture(scope="session")
def ranked_mr(tmp_path_factory) -> Run:
    """A ranking of bags of words and the mean of GloVe vectors on MR, on three folds, with its page."""
    if "EMBEDKIT_DATA" not in os.environ:
        pytest.skip("EMBEDKIT_DATA is not set: MR (Pang & Lee 2005) is in it")
    home = tmp_path_factory.mktemp("mr")
    mean = home / "glove-mean.yaml"
    mean.write_text(MEAN_OF_GLOVE, encoding="utf-8")
    bags = [bag_of_words(home, name) for name in ("majority", "tfidf-logistic-regression")]
    return ranking(home, Path(os.environ["EMBEDKIT_DATA"]) / "mr.tsv", [mean, *bags], folds=3)


def bag_of_words(home: Path, name: str) -> Path:
    """Write the recipe of a bag of words, and return its path."""
    path = home / f"{name}.yaml"
    path.write_text(BAG_OF_WORDS.format(name=name), encoding="utf-8")
    return path


def ranking(home: Path, source: Path, candidates: Sequence[Path], folds: int) -> Run:
    """Rank recipes on the texts of `source`, write the page of the ranking, and return its run."""
    out = home / "ranking"
    named = [f"--candidates={path}" for path in candidates]
    call("rank", source, "--out", out, *named, "--folds", folds, "--no-race", "--executor", "serial", "-q")
    call("report", out)
    return Run(out)


@pytest.fixture(params=["ranked_quickstart", "ranked_mr"])
def ranked(request) -> Run:
    return request.getfixturevalue(request.param)


def texts_of_best(run: Run) -> pd.DataFrame:
    """Return what the best candidate of a ranking predicted of held-out texts."""
    frames = [job.predictions for job in run.jobs if job.axes.candidate == run.ranking.best]
    frame = pd.concat(frames)
    return frame[frame["split"] == "test"]


def page_of(run: Run) -> Path:
    return run.path / "report.html"


def check_figures(run: Run, chromium) -> None:
    """Fail unless the page shows the verdict, the accuracy of the run, and that of each baseline."""
    metrics = run.results["test"]
    accuracy = metrics.scores["accuracy"]
    (said, *_) = chromium.shown("#verdict p")
    assert said.startswith(f"Accuracy on test is {accuracy:.3f} (95% interval 0.")
    rows = {row[0]: row[1:] for row in chromium.rows(chromium.table("Metrics by split"))}
    assert rows["accuracy"][-1] == f"{accuracy:.3f}"
    baselines = {row[0]: row[1] for row in chromium.rows(chromium.table("Baselines on test"))}
    assert baselines == {name: f"{each.accuracy:.1%}" for name, each in metrics.baselines.items()}


def check_listed(frame: pd.DataFrame, chromium) -> None:
    """Fail unless the page without script has the confusion matrix of `frame` and lists wrong texts."""
    assert chromium.all("button") == []  # no script has run
    counts = [int(each.replace(",", "")) for each in chromium.shown(".confusion td span")]
    assert sum(counts) == (frame["split"] == "test").sum()
    wrong = frame[frame["label"] != frame["predicted"]]
    listed = {*map(int, chromium.shown(".listed .head b"))}
    assert len(listed) == min(len(wrong), 50)
    assert listed <= {*wrong["id"]}


def check_tiers(run: Run, chromium) -> None:
    """Fail unless the page shows the verdict, and every candidate in its tier with its interval."""
    ranking = run.ranking
    assert chromium.shown("#verdict p") == [ranking.conclusion]
    table = chromium.table("Candidates by tier")
    shown = {row[1]: row for row in chromium.rows(table)}
    assert [*shown] == [*ranking.candidates]
    for name, own in ranking.candidates.items():
        tier, _, mean, interval, *_ = shown[name]
        assert tier == ("out" if own.dropped else str(own.tier))
        assert mean == f"{own.mean:.3f}"
        assert interval == "{:.3f}–{:.3f}".format(*own.ci95)
    tiers = len(ranking.tiers) + bool(ranking.dropped)
    assert len(table.find_elements("css selector", "tbody")) == tiers
    (chart,) = chromium.all("#tiers .drawing")
    assert chart.find_element("css selector", "svg").is_displayed()
    assert all(
        f"{name} {own.mean:.3f}" in chart.get_attribute("aria-label")
        for name, own in ranking.candidates.items()
    )


def check_texts(frame: pd.DataFrame, word: str, chromium) -> None:
    """Fail unless the browser of texts filters, orders and finds what `frame`, of one split, has."""
    wrong = frame["label"] != frame["predicted"]
    assert chromium.count() == wrong.sum() > 0
    for outcome, expected in (("right", ~wrong), ("all", wrong | True), ("wrong", wrong)):
        chromium.choose("Outcome", outcome)
        assert chromium.count() == expected.sum()
    label = frame["label"].iloc[0]
    chromium.choose("Label", label)
    assert chromium.count() == (wrong & (frame["label"] == label)).sum()
    chromium.choose("Label", "every class")
    chromium.choose("Outcome", "all")
    chromium.choose("Predicted", label)
    assert chromium.count() == (frame["predicted"] == label).sum()
    chromium.choose("Predicted", "every class")
    chromium.search(word.upper())
    found = frame["text"].str.lower().str.contains(word, regex=False)
    assert chromium.count() == found.sum() > 0
    chromium.choose("Order", "by id")
    shown = [*map(int, chromium.shown(".found .head b"))]
    assert shown == sorted(frame["id"][found])[: len(shown)]
    chromium.search("no such words")
    assert chromium.count() == 0


def check_cells(frame: pd.DataFrame, chromium) -> None:
    """Fail unless every cell of the confusion matrix has its count, and opens as many texts."""
    classes = chromium.shown(".confusion thead th")
    cells = [(label, predicted) for label in classes for predicted in classes]
    for cell, (label, predicted) in zip(chromium.all(".confusion button"), cells, strict=True):
        expected = ((frame["label"] == label) & (frame["predicted"] == predicted)).sum()
        assert cell.text == f"{expected:,}"
        chromium.click(cell)
        chromium.until(lambda: chromium.all(".found"))
        assert chromium.count() == expected


def check_sorted(table, column: str, chromium) -> None:
    """Click on a heading twice, and fail unless the numbers of its column are in order."""
    headings = table.find_elements("css selector", "thead tr > *")
    place = [each.text for each in headings].index(column)
    for descending in (False, True):
        chromium.click(headings[place].find_element("css selector", "button"))
        cells = table.find_elements("css selector", f"td:nth-child({place + 1})")
        values = [float(cell.get_attribute("data-value")) for cell in cells]
        assert len({*values}) > 1
        assert values == sorted(values, reverse=descending)


def test_the_page_of_the_quickstart_shows_its_accuracy_and_baselines(quickstart, chromium):
    chromium.open(page_of(quickstart))
    check_figures(quickstart, chromium)
    check_sorted(chromium.table("Metrics by split"), "test", chromium)
    assert chromium.complaints() == []


def test_the_texts_of_the_quickstart_are_filtered_searched_and_opened_by_cells(quickstart, chromium):
    chromium.open(page_of(quickstart))
    predictions = quickstart.predictions
    test = predictions[predictions["split"] == "test"]
    (link,) = [each for each in chromium.all("nav a") if each.text == "Texts"]
    chromium.click(link)
    chromium.until(chromium.found)
    check_texts(test, "the", chromium)
    check_cells(test, chromium)
    assert chromium.complaints() == []


def test_the_tiers_of_a_ranking_are_shown_and_sorted(ranked, chromium):
    chromium.open(page_of(ranked))
    assert chromium.driver.title == "Ranking ranking"
    check_tiers(ranked, chromium)
    check_sorted(chromium.table("Candidates by tier"), "mean", chromium)
    check_sorted(chromium.table("Candidates by tier"), "seconds", chromium)
    assert chromium.complaints() == []


def test_the_texts_of_the_best_candidate_are_filtered_searched_and_opened_by_cells(ranked, chromium):
    chromium.open(page_of(ranked))
    frame = texts_of_best(ranked)
    assert len(frame) == ranked.ranking.n
    chromium.texts()
    check_texts(frame, "movie", chromium)
    check_cells(frame, chromium)
    assert chromium.complaints() == []


def test_the_page_turns(ranked_mr, chromium):
    chromium.open(page_of(ranked_mr))
    chromium.texts()
    first = chromium.shown(".found .head b")
    back, forth = chromium.all(".pages button")
    chromium.click(forth)
    assert " 26 to 50 shown" in chromium.found()
    assert not {*first} & {*chromium.shown(".found .head b")}
    chromium.click(back)
    assert chromium.shown(".found .head b") == first


def test_a_run_is_read_without_script(quickstart, chromium):
    with chromium.without_script():
        chromium.open(page_of(quickstart))
        check_figures(quickstart, chromium)
        check_listed(quickstart.predictions, chromium)
        assert chromium.complaints() == []


def test_a_ranking_is_read_without_script(ranked, chromium):
    with chromium.without_script():
        chromium.open(page_of(ranked))
        check_tiers(ranked, chromium)
        check_listed(texts_of_best(ranked), chromium)
        assert chromium.complaints() == []
