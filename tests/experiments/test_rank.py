"""`embedkit rank`: candidates are trained fold by fold and put into tiers; the best is trained on all."""

import csv
import json
import random
from pathlib import Path

import pytest

import embedkit
from embedkit.cli import main
from embedkit.errors import DataError, RecipeError, RunError
from embedkit.experiments.ranking import contest
from embedkit.experiments.ranking.audience import Audience
from embedkit.experiments.ranking.request import RankRequest, ranking_of
from embedkit.plugin.registry import build_registry
from embedkit.runs.layout import BEST
from embedkit.runs.reporter import Reporter
from embedkit.runs.run import Run

GOOD = ["bright", "warm", "witty", "moving", "clever", "fresh"]
BAD = ["dull", "cold", "stale", "clumsy", "tired", "flat"]
OTHER = ["film", "plot", "scene", "cast", "story", "ending", "song", "set"]
BAGS = {"majority": "majority", "nbsvm": "nbsvm", "tfidf": "tfidf-logistic-regression"}


def write_texts(path: Path, count: int, noise: float = 0.1, seed: int = 0) -> Path:
    """Write a CSV of texts whose words mostly tell their label."""
    generator = random.Random(seed)
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(["text", "label"])
        for number in range(count):
            good = number % 2 == 0
            words = generator.sample(OTHER, 4) + generator.sample(GOOD if good else BAD, 2)
            generator.shuffle(words)
            if generator.random() < noise:
                good = not good
            rows.writerow([" ".join([*words, str(number)]), "pos" if good else "neg"])
    return path


@pytest.fixture
def bags(tmp_path: Path) -> list[Path]:
    """Recipes of three bags of words, which train in no time."""
    made = []
    for name, baseline in BAGS.items():
        made.append(tmp_path / f"{name}.yaml")
        data = "{train: {use: csv, path: elsewhere.csv}}"
        made[-1].write_text(f"name: {name}\ndata: {data}\nbaseline: {baseline}\n")
    return made


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return write_texts(tmp_path / "reviews.csv", 120)


def rank(source: Path, candidates: list[Path], **options):
    out = options.pop("out", source.parent / "ranking")
    return embedkit.rank(source, candidates=candidates, out=out, executor="serial", **{"folds": 4, **options})


def test_the_directory_holds_the_ranking_every_training_and_the_best_on_all_texts(texts, bags):
    ranking = rank(texts, bags, race=False)
    directory = texts.parent / "ranking"
    assert ranking.n == 120
    assert ranking.folds == 4
    assert ranking.trainings.done == ranking.trainings.full_grid == 12
    assert {*ranking.candidates} == {*BAGS}
    assert ranking.tiers[-1] == ("majority",)
    assert ranking.best in ("nbsvm", "tfidf")
    assert ranking.candidates["majority"].mean == pytest.approx(0.5, abs=0.1)
    run = Run(directory)
    run.verify()
    assert run.ranking == ranking
    assert len(run.jobs) == 12
    assert {job.axes.fold for job in run.jobs} == {0, 1, 2, 3}
    written = json.loads((directory / "ranking.json").read_text())
    assert written["cheapest_of_first_tier"] == ranking.cheapest_of_first_tier
    for name in ("ranking.csv", "ranking.md", "ranking.tex"):
        assert ranking.best in (directory / name).read_text()
    best = Run(directory / "best")
    assert best.results["train"].n == 120
    assert "test" not in best.results
    classifier = embedkit.load(directory / "best")
    predicted = classifier.predict(["a warm and witty film", "a dull and stale film"])["predicted"]
    assert [*predicted] == ["pos", "neg"]


def test_what_a_ranking_has_not_is_said_to_be_in_its_runs(texts, bags):
    rank(texts, bags[:1], folds=2)
    for call in (embedkit.load, lambda run: embedkit.compare([run, run / "best"])):
        with pytest.raises(RunError, match=BEST):
            call(texts.parent / "ranking")
    with pytest.raises(RunError, match=BEST):
        Run(texts.parent / "ranking").read_oov()


def test_every_text_is_held_out_once_and_all_candidates_have_the_same_folds(texts, bags):
    rank(texts, bags, race=False)
    held_out = {}
    for job in Run(texts.parent / "ranking").jobs:
        frame = job.predictions
        candidate = job.path.name.partition("--")[0]
        ids = frame.loc[frame["split"] == "test", "id"]
        held_out.setdefault(candidate, {})[job.axes.fold] = frozenset(ids)
    first, *others = held_out.values()
    assert all(other == first for other in others)
    assert sorted(id for fold in first.values() for id in fold) == [*range(1, 121)]


def test_copies_of_a_text_are_in_one_fold(tmp_path, bags):
    source = write_texts(tmp_path / "copies.csv", 60)
    header, *rows = source.read_text().splitlines()
    source.write_text("\n".join([header, *rows, *rows]) + "\n")
    rank(source, bags[1:2], folds=3, race=False)
    for job in Run(tmp_path / "ranking").jobs:
        frame = job.predictions
        trained = {*frame.loc[frame["split"] == "train", "text"]}
        assert not trained & {*frame.loc[frame["split"] == "test", "text"]}


def test_a_race_drops_what_is_clearly_worse_and_says_so(tmp_path, bags):
    source = write_texts(tmp_path / "many.csv", 400, noise=0.0)
    ranking = rank(source, bags, folds=8)
    dropped = ranking.candidates["majority"]
    assert dropped.dropped
    assert dropped.folds_run < 8
    assert "majority" not in {name for tier in ranking.tiers for name in tier}
    assert ranking.trainings.done < ranking.trainings.full_grid


def test_a_race_stops_when_the_last_folds_would_hardly_change_the_first_tier(tmp_path, bags, monkeypatch):
    """Two candidates that have every text right: no further fold can tell them apart."""
    monkeypatch.setattr(contest, "WORTH_STOPPING", 200)
    source = write_texts(tmp_path / "many.csv", 400, noise=0.0)
    ranking = rank(source, [path for path in bags if path.stem != "majority"], folds=8)
    assert ranking.settled_after == 5
    assert ranking.trainings.done == 10
    assert ranking.unfinished == ()
    assert "the last 3 of 8 folds would hardly have changed this" in ranking.conclusion
    monkeypatch.undo()
    whole = rank(source, [path for path in bags if path.stem != "majority"], folds=8, out=tmp_path / "whole")
    assert whole.settled_after is None, "the folds of so few texts take no time"


def test_a_candidate_that_fails_is_named_and_the_others_go_on(texts, bags, tmp_path, capsys):
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        "name: broken\ndata: {train: {use: csv, path: x.csv}}\ntokenizer: whitespace\n"
        "embedding: {use: word2vec-train, dim: 5, min_count: 1000}\nencoder: bag\n"
    )
    command = ["rank", str(texts), "--out", str(tmp_path / "out"), "--folds", "3", "--executor", "serial"]
    with pytest.raises(SystemExit) as ended:
        main([*command, *(part for each in [*bags, broken] for part in ("--candidates", str(each)))])
    assert ended.value.code == 1
    shown = capsys.readouterr()
    assert "broken failed: " in shown.out
    assert "broken--fold-0 failed: " in shown.err
    ranking = Run(tmp_path / "out").ranking
    assert [*ranking.failed] == ["broken"]
    assert ranking.best in BAGS


def test_if_every_candidate_fails_the_errors_are_told_and_nothing_is_left(texts, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        "name: broken\ndata: {train: {use: csv, path: x.csv}}\ntokenizer: whitespace\n"
        "embedding: {use: word2vec-train, dim: 5, min_count: 1000}\nencoder: bag\n"
    )
    with pytest.raises(RunError, match="no word of the training texts occurs 1000 times"):
        rank(texts, [broken])
    assert not (tmp_path / "ranking").exists()


def test_an_interrupted_ranking_goes_on_where_it_was(texts, bags, tmp_path):
    class Interrupter(Audience):
        def __init__(self, after):
            super().__init__()
            self.after, self.trained = after, []

        def ended(self, outcome, standing, left):
            self.trained += [outcome.job.id] if outcome.seconds else []
            if len(self.trained) == self.after:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rank(texts, bags, race=False, audience=Interrupter(5))
    rest = Interrupter(-1)
    resumed = rank(texts, bags, race=False, resume=True, audience=rest)
    assert len(rest.trained) == 7
    whole = rank(texts, bags, race=False, out=tmp_path / "whole")
    assert resumed.tiers == whole.tiers
    assert {n: c.mean for n, c in resumed.candidates.items()} == {
        n: c.mean for n, c in whole.candidates.items()
    }


def test_a_finished_ranking_is_not_repeated_and_another_one_is_refused(texts, bags):
    first = rank(texts, bags)
    assert rank(texts, bags, resume=True) == first
    with pytest.raises(RunError, match="alpha"):
        rank(texts, bags, resume=True, alpha=0.01)


def test_no_training_begins_after_the_time(texts, bags):
    seconds = 6  # many times what one training takes, on a loaded machine too

    class Slow(Audience):
        def ended(self, outcome, standing, left):
            import time

            time.sleep(seconds)

    ranking = rank(texts, bags, race=False, minutes=seconds / 60, audience=Slow())
    assert 0 < ranking.trainings.done < 12
    assert ranking.unfinished
    assert "unfinished" in ranking.conclusion or ranking.unfinished[0] in ranking.conclusion


@pytest.mark.parametrize("metric", ["f1", "log-loss"])
def test_another_metric_ranks_as_well_without_a_race(texts, bags, metric):
    ranking = rank(texts, bags, metric=metric)
    assert ranking.metric == metric
    assert not ranking.race
    assert ranking.trainings.done == 12
    means = [ranking.candidates[name].mean for tier in ranking.tiers for name in tier]
    assert means == sorted(means, reverse=metric == "f1")


def test_eleven_texts_can_be_ranked_and_told_to_be_too_few(tmp_path, bags):
    ranking = rank(write_texts(tmp_path / "few.csv", 11), bags, folds=None, race=False)
    assert ranking.n == 11
    assert len(ranking.tiers) == 1


def test_texts_of_one_class_are_refused(tmp_path, bags):
    source = tmp_path / "one.csv"
    source.write_text("text,label\n" + "".join(f"film {n},pos\n" for n in range(20)))
    with pytest.raises((DataError, RunError), match="one|two|class|label"):
        rank(source, bags)


@pytest.mark.parametrize("metric", ["accuracy", "f1"])
def test_a_recipe_with_a_test_split_of_its_own_is_ranked_on_that(tmp_path, bags, metric):
    write_texts(tmp_path / "train.csv", 100)
    write_texts(tmp_path / "test.csv", 80, seed=1)
    own = tmp_path / "own.yaml"
    own.write_text(
        "name: own\ndata: {train: {use: csv, path: train.csv}, test: {use: csv, path: test.csv}}\n"
        "baseline: majority\n"
    )
    ranking = rank(own, bags[1:], folds=None, metric=metric)
    assert (ranking.n, ranking.folds, ranking.race) == (80, 1, False)
    assert {*ranking.candidates} == {"nbsvm", "tfidf", "own"}
    assert ranking.tiers[-1] == ("own",)
    assert ranking.candidates["own"].against_best.p_holm < 0.05
    with pytest.raises(RecipeError, match="no folds to choose"):
        rank(own, bags[1:], folds=3, out=tmp_path / "folds")


def test_rows_of_a_group_are_in_one_fold(tmp_path, bags):
    source = write_texts(tmp_path / "authors.csv", 60)
    header, *rows = source.read_text().splitlines()
    authored = [f"{row},author{number // 5}" for number, row in enumerate(rows)]
    source.write_text("\n".join([f"{header},author", *authored]) + "\n")
    rank(source, bags[1:2], folds=3, race=False, group="author")
    for job in Run(tmp_path / "ranking").jobs:
        frame = job.predictions
        of = {name: {(int(id) - 1) // 5 for id in own["id"]} for name, own in frame.groupby("split")}
        assert not of["train"] & of["test"]


def test_the_recipe_of_a_ranking_ranks_the_same_again(texts, bags, tmp_path):
    first = rank(texts, bags, folds=3, metric="f1", alpha=0.2)
    recipe = tmp_path / "ranking" / "recipe.yaml"
    again = embedkit.rank(recipe, out=tmp_path / "again", executor="serial")
    assert (again.metric, again.alpha, again.tiers) == ("f1", 0.2, first.tiers)
    by_loss = embedkit.rank(recipe, out=tmp_path / "loss", executor="serial", metric="log-loss", alpha=0.1)
    assert (by_loss.metric, by_loss.alpha, by_loss.folds) == ("log-loss", 0.1, 3)
    for options in ({"folds": 2}, {"vectors": ["x.bin"]}, {"candidates": bags}, {"text": "text"}):
        with pytest.raises(RecipeError, match="has its texts, folds and candidates already"):
            embedkit.rank(recipe, out=tmp_path / "other", **options)


@pytest.mark.parametrize("options", [{"alpha": 2}, {"seed": -1}, {"metric": ""}])
def test_a_setting_that_cannot_be_is_told(texts, options):
    with pytest.raises(RecipeError, match=next(iter(options))):
        embedkit.rank(texts, **options)


MATRIX = """\
name: bags
data: {train: {use: csv, path: reviews.csv}}
baseline: nbsvm
"""


def candidates_of(source: Path):
    return ranking_of(RankRequest(source, folds=2), build_registry(), Reporter()).candidates


def test_seeds_of_a_matrix_repeat_a_candidate_and_make_no_other_one(texts, tmp_path):
    matrix = tmp_path / "matrix.yaml"
    matrix.write_text(f"{MATRIX}matrix: {{baseline: [nbsvm, naive-bayes], seed: [1, 2, 3]}}\n")
    seeded = [each for each in candidates_of(matrix).values() if each.seeds]
    assert len(seeded) == 2
    assert [each.seeds for each in seeded] == [(1, 2, 3)] * 2


def test_combinations_that_read_other_texts_are_not_compared(texts, tmp_path):
    matrix = tmp_path / "matrix.yaml"
    matrix.write_text(f"{MATRIX}matrix: {{data.train.path: [reviews.csv, others.csv]}}\n")
    with pytest.raises(RecipeError, match="read other texts"):
        candidates_of(matrix)


def test_a_recipe_does_not_take_the_place_of_a_usual_candidate(texts, tmp_path):
    recipe = tmp_path / "own.yaml"
    recipe.write_text(MATRIX.replace("name: bags", "name: nbsvm"))
    assert {"nbsvm", "own-nbsvm"} <= {*candidates_of(recipe)}


def test_copies_are_in_one_fold_where_a_recipe_has_folds_of_its_own(texts, tmp_path):
    recipe = tmp_path / "own.yaml"
    recipe.write_text(MATRIX.replace("}}", "}, folds: {count: 3}}"))
    ranked = ranking_of(RankRequest(recipe), build_registry(), Reporter()).candidates
    assert {each.data.folds.count for each in ranked.values()} == {3}
    assert all(each.data.folds.keep_duplicates_together for each in ranked.values())
