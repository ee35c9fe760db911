"""`embedkit run --learning-curve`, and how the curve is printed."""

from __future__ import annotations

import json

from embedkit.evaluation.error_analysis.learning_curves import Curve, Forecast, LearningCurves, PowerLaw
from embedkit.report.terminal.learning_curve import lines_of_learning_curve

TEXTS = ["good film", "bad film"]


def test_the_option_prints_the_forecast(tmp_path, embedkit_command):
    train = {"use": "inline", "texts": TEXTS * 20, "labels": ["good", "bad"] * 20}
    made = {"name": "bag", "baseline": "naive-bayes", "data": {"train": train, "folds": {"count": 2}}}
    path = tmp_path / "bag.yaml"
    path.write_text(json.dumps(made))
    done = embedkit_command("run", path, "--learning-curve", "--out", tmp_path / "run")
    assert done.code == 0, done.err
    assert "Accuracy with 3 to 20 training texts: 100.0%, 100.0%, 100.0%, 100.0%, 100.0%." in done.out
    assert "No forecast for more labels: the score is the same everywhere." in done.out
    stored = json.loads((tmp_path / "run" / "learning-curve.json").read_text())
    assert stored["shares"] == [0.125, 0.25, 0.5, 0.75, 1.0]


def test_the_forecast_is_said_in_three_lines():
    def curve(gain, low, high):
        forecast = Forecast(2000, 0.72, (0.7, 0.74), gain, (low, high))
        return Curve((250, 1000), ((0.6, 0.7), (0.62, 0.72)), PowerLaw(1, 1, 0.2), forecast)

    unknown = Curve((250, 1000), ((0.6, 0.7), (0.62, 0.72)), None, None, "nobody knows")
    classes = {"no": curve(0.01, -0.001, 0.02), "[b]": curve(0.02, 0.0, 0.03), "rare": unknown}
    result = LearningCurves("test", "folds", (0.25, 1.0), curve(0.018, 0.009, 0.026), classes, {})
    assert lines_of_learning_curve(result) == [
        "Accuracy with 250 to 1,000 training texts: 61.0%, 71.0%.",
        "Twice the labels: +1.8 points (0.9 to 2.6), to about 72.0% (90% interval).",
        "F1 by class: [b] +2.0 (0.0 to 3.0); no +1.0 (-0.1 to 2.0).",
    ]
