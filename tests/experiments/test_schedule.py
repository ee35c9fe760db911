"""The order in which the candidates of a ranking are trained."""

from embedkit.experiments.plan import Job
from embedkit.experiments.ranking.schedule import Schedule
from embedkit.runs.axes import Axes


def jobs(candidates: str, folds: int) -> dict[str, list[Job]]:
    return {
        name: [Job(f"{name}--fold-{fold}", name, Axes(fold=fold), {}) for fold in range(folds)]
        for name in candidates
    }


def order(schedule: Schedule) -> list[str]:
    given = []
    while (job := schedule.next()) is not None:
        given.append(job.id)
    return given


def folds(ids: list[str]) -> list[str]:
    return [each.rpartition("-")[2] for each in ids]


def test_every_job_is_given_once_fold_by_fold():
    given = order(Schedule(jobs("abcd", 3), seed=0))
    assert len({*given}) == 12
    assert folds(given) == ["0"] * 4 + ["1"] * 4 + ["2"] * 4


def test_the_first_block_is_in_the_order_given_and_later_ones_are_shuffled_by_the_seed():
    given, again, other = (order(Schedule(jobs("abcdefgh", 3), seed)) for seed in (0, 0, 1))
    assert given[:8] == [f"{name}--fold-0" for name in "abcdefgh"]
    assert given == again
    assert given[8:16] != [f"{name}--fold-1" for name in "abcdefgh"]
    assert given != other


def test_a_dropped_candidate_is_passed_over():
    schedule = Schedule(jobs("abc", 3), seed=0)
    first = [schedule.next() for _ in range(3)]
    assert all(first)
    assert schedule.left == 6
    schedule.drop("b")
    assert schedule.left == 4
    assert not [job for job in order(schedule) if job.startswith("b")]
    assert schedule.left == 0


def test_candidates_may_have_different_numbers_of_jobs():
    own = {**jobs("a", 1), **jobs("b", 3)}
    assert order(Schedule(own, seed=0)) == ["a--fold-0", "b--fold-0", "b--fold-1", "b--fold-2"]


def test_without_jobs_nothing_is_given():
    assert Schedule({}, seed=0).next() is None


def test_all_seeds_of_a_fold_are_in_its_block_one_of_each_candidate_first():
    seeded = {
        name: [
            Job(f"{name}--fold-{fold}-seed-{seed}", name, Axes(fold=fold, seed=seed), {})
            for fold in range(2)
            for seed in seeds
        ]
        for name, seeds in {"a": (1, 2, 3), "b": (1,), "c": (1, 2)}.items()
    }
    given = [(id[0], id.split("-")[3]) for id in order(Schedule(seeded, seed=0))]
    assert [fold for _, fold in given] == ["0"] * 6 + ["1"] * 6
    assert [name for name, _ in given[:6]] == ["a", "b", "c", "a", "c", "a"]
