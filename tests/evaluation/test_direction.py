"""Whether smaller figures of a metric are better is what its class says, and tried for plugins' metrics."""

from __future__ import annotations

import pytest

from embedkit.errors import ComponentError
from embedkit.evaluation.direction import check_direction, is_smaller_better
from embedkit.interfaces.calling import OWNER, Owner
from embedkit.interfaces.flags import tasks_of
from embedkit.plugin.registry import build_registry

REGISTRY = build_registry()


@pytest.mark.parametrize("name", REGISTRY.names("metric"))
def test_bundled_metrics_say_rightly_what_is_better(name):
    metric = REGISTRY.get("metric", name).factory()
    for task in tasks_of(metric):
        check_direction(metric, task)
    assert is_smaller_better(metric) == (name in ("log-loss", "hamming-loss"))


def metric(score, smaller=False, foreign=True):
    """A metric with the given score."""
    members = {"score": staticmethod(score), "smaller_is_better": smaller}
    return type("Strange", (), {**members, OWNER: Owner("metric 'strange'", foreign=foreign)})()


def errors(labels, predicted, _probabilities, _classes):
    return float((labels != predicted).sum())


def test_a_loss_that_does_not_say_so_is_named():
    message = r"metric 'strange': score\(\) gives 0 to perfect predictions and 6 to wrong ones"
    with pytest.raises(ComponentError, match=message):
        is_smaller_better(metric(errors))
    assert is_smaller_better(metric(errors, smaller=True))


@pytest.mark.parametrize("score", [lambda *_: 0.5, lambda *_: None, lambda *_: {"a": 1}])
def test_a_metric_without_direction_may_say_anything(score):
    assert is_smaller_better(metric(score, smaller=True))
    assert not is_smaller_better(metric(score))


def test_a_metric_that_fails_for_these_predictions_is_not_judged():
    def failing(*_):
        raise ComponentError("no")

    assert not is_smaller_better(metric(failing))


def test_what_comes_with_embedkit_is_not_tried_in_a_run():
    assert not is_smaller_better(metric(errors, foreign=False))
