"""Faults besides those of the mutants, in good encoders, metrics and baselines: each has its check."""

from __future__ import annotations

import pytest

from embedkit.testing.suite import checks_of, run_check, subjects_of

HOOKS = {"encoder": "register_encoders", "metric": "register_metrics", "baseline": "register_baselines"}
GOOD = {
    "encoder": """
LAYER = nn.Linear(24, 6)
class Module(nn.Module):
    def __init__(self, input_dim):
        super().__init__()
        self.output_dim = 6
        self.layer = nn.Linear(input_dim, 6)
        self.drop = nn.Dropout(0.2)
    def forward(self, embedded, mask):
        mean = masked_mean(embedded, mask)
        return self.drop(self.layer(mean))
class Good:
    has_weights = True
    def build(self, input_dim):
        return Module(input_dim)
""",
    "metric": """
class Good:
    tasks = ("binary", "multiclass", "multilabel")
    smaller_is_better = False
    def score(self, labels, predicted, probabilities, classes):
        right = labels == predicted
        return float(right.mean())
""",
    "baseline": """
class Fitted:
    chosen = {"smoothing": 1.0}
    def __init__(self, words, shares):
        self.words, self.shares = words, shares
        self.of = dict(zip(words, shares, strict=True))
    def probabilities(self, texts):
        rows = [self.row(text) for text in texts]
        return np.array(rows).reshape(len(texts), -1)
    def row(self, text):
        known = [self.of[word] for word in text.split() if word in self.of]
        return np.mean(known or self.shares[:1] * 0 + 1 / self.shares.shape[1], axis=0)
    def evidence(self, text):
        return {word: self.of[word] for word in text.split() if word in self.of}
    def state(self):
        return BaselineState({"shares": self.shares}, {"words": self.words})
class Good:
    def fit(self, texts, labels, classes):
        counts = {}
        for text, label in zip(texts, labels.tolist(), strict=True):
            for word in text.split():
                counts.setdefault(word, np.ones(len(classes)))[label] += 1
        if not counts:
            raise DataError(Fault("no words"))
        return Fitted([*counts], np.array([each / each.sum() for each in counts.values()]))
    def restore(self, state, classes, task):
        words, shares = state.data.get("words"), state.arrays.get("shares")
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise DataError(Fault("no words"))
        if shares is None or shares.dtype != np.float64 or shares.shape != (len(words), len(classes)):
            raise DataError(Fault("no shares"))
        return Fitted(words, shares)
""",
}


def before(line, *code):
    """What stands there, and the same with code before it."""
    return line, "\n        ".join([*code, line])


RIGHT = {
    "encoder": [
        ("self.drop = nn.Dropout(0.2)", "self.drop = nn.BatchNorm1d(6)"),
        ("self.drop = nn.Dropout(0.2)", "self.drop = nn.LayerNorm(6)"),
        ("self.drop = nn.Dropout(0.2)", "self.drop = nn.Softmax(dim=1)"),
        ("        self.drop", "        nn.init.zeros_(self.layer.weight)\n        self.drop"),
        (
            "        self.drop",
            "        self.fixed = nn.Parameter(torch.ones(2), requires_grad=False)\n        self.drop",
        ),
        (
            "return Module(input_dim)",
            "if input_dim != 300:\n            raise RecipeError(Fault('300'))\n        return Module(300)",
        ),
    ],
    "metric": [
        ("float(right.mean())", "right.mean()"),
        ("float(right.mean())", "None"),
        ("float(right.mean())", "{'right': {'count': right.sum()}, 'names': [*classes], 'none': None}"),
        ('("binary", "multiclass", "multilabel")', '["binary"]'),
    ],
    "baseline": [
        (
            "rows = [self.row(text) for text in texts]",
            "rows = [0 * self.row(text) + 1 / self.shares.shape[1] for text in texts]",
        ),
        ("class Good:", "class Good:\n    tasks = ['binary']"),
    ],
}
FAULTS = {
    "encoder": [
        ("output_dim = 6", "output_dim = 6.0", "encoder-output-dim"),
        ("output_dim = 6", "output_dim = True", "encoder-output-dim"),
        ("output_dim = 6", "output_dim = 0", "encoder-output-dim"),
        ("return Module(input_dim)", "return Module", "does-its-work"),
        ("return Module(input_dim)", "return lambda embedded, mask: embedded", "does-its-work"),
        ("self.drop(self.layer(mean))", "(self.layer(mean), mask)", "encoder-output-shape"),
        ("self.drop(self.layer(mean))", "self.layer(mean)[0]", "encoder-output-shape"),
        ("self.drop(self.layer(mean))", "self.layer(embedded)", "encoder-output-shape"),
        ("self.drop(self.layer(mean))", "self.layer(mean).half()", "encoder-output-dtype"),
        ("self.drop(self.layer(mean))", "self.layer(mean).detach().numpy()", "encoder-output-dtype"),
        (*before("mean = masked", "assert len(mask) > 1"), "encoder-batch-of-one"),
        (*before("mean = masked", "assert mask.shape[1] > 1"), "encoder-one-token"),
        ("masked_mean(embedded, mask)", "embedded[:, 1] * mask[:, 1:2]", "encoder-one-token"),
        (*before("mean = masked", "assert mask[:, 0].all()"), "encoder-empty-text"),
        ("nn.Linear(input_dim, 6)", "nn.LazyLinear(6)", "encoder-weights-in-build"),
        ("self.drop(", "nn.functional.dropout(", "encoder-repeatable"),
        ("self.drop(self.layer(mean))", "self.layer(mean) + torch.rand(())", "encoder-repeatable"),
        (
            "        return self.drop",
            "        self.calls = getattr(self, 'calls', 0) + 1\n        return self.calls * self.drop",
            "encoder-repeatable",
        ),
        ("self.layer(mean)", "self.layer(mean - mean.mean())", "encoder-batch-independent"),
        (
            "self.layer(mean)",
            "self.layer(mean) + torch.arange(len(mask), device=mask.device)[:, None]",
            "encoder-batch-independent",
        ),
        ("masked_mean(embedded, mask)", "embedded.amax(dim=1)", "encoder-padding"),
        ("masked_mean(embedded, mask)", "embedded[:, -1]", "encoder-padding"),
        ("masked_mean(embedded, mask)", "embedded.sum(dim=1)", "encoder-padding-values"),
        (*before("mean = masked", "assert mask.shape[1] < 500"), "encoder-long-text"),
        (
            "return Module(input_dim)",
            "assert input_dim > 1\n        return Module(input_dim)",
            "encoder-any-width",
        ),
        (
            "mean = masked",
            "self.training and np.random.rand()\n        mean = masked",
            "encoder-training-draws",
        ),
        (*before("mean = masked", "np.random.rand()"), "leaves-generators-alone"),
        (
            "mean = masked",
            "self.training and torch.manual_seed(1)\n        mean = masked",
            "encoder-training-draws",
        ),
        (
            "masked_mean(embedded, mask)",
            "(embedded * mask[..., None]).pow(2).sum(1).pow(0.5)",
            "encoder-finite-gradients",
        ),
        ("masked_mean(embedded, mask)", "masked_mean(embedded.data, mask)", "encoder-input-gradient"),
        ("self.layer(mean)", "self.layer(torch.tensor(mean.tolist()))", "encoder-input-gradient"),
        (
            "self.layer(mean)",
            "nn.functional.linear(mean, self.layer.weight.detach(), self.layer.bias)",
            "encoder-weight-gradients",
        ),
        (
            "self.drop =",
            "self.unused = nn.Parameter(torch.ones(3))\n        self.drop =",
            "encoder-weight-gradients",
        ),
        ("nn.Linear(input_dim, 6)", "LAYER", "encoder-independent-builds"),
        (*before("return Module", "torch.manual_seed(3)"), "encoder-seed-left-alone"),
        (*before("return Module", "torch.seed()"), "deterministic"),
        (
            *before("self.drop =", "nn.init.eye_(self.layer.weight)", "nn.init.zeros_(self.layer.bias)"),
            "encoder-other-seed",
        ),
        (
            "        return self.drop(self.layer(mean))",
            "        self.kept = self.kept if hasattr(self, 'kept') else torch.rand(6, device=mask.device)\n"
            "        return self.drop(self.layer(mean)) + self.kept",
            "encoder-save-load",
        ),
        ("has_weights = True", "has_weights = False", "encoder-has-weights"),
        ("self.layer(mean)", "self.layer(mean + torch.zeros(mean.shape))", "encoder-device"),
        (*before("self.drop =", "self.lock = threading.Lock()"), "encoder-deep-copy"),
        ("masked_mean(embedded, mask)", "masked_mean(embedded.mul_(1.5), mask)", "leaves-its-input-alone"),
    ],
    "metric": [
        ("float(right.mean())", "np.array(0.5)", "metric-figure"),
        ("float(right.mean())", "float('nan')", "metric-figure"),
        ("float(right.mean())", "-np.inf", "metric-figure"),
        ("float(right.mean())", "'0.5'", "metric-figure"),
        ("float(right.mean())", "(0.5,)", "metric-figure"),
        ("float(right.mean())", "{1: 0.5}", "metric-mapping"),
        ("float(right.mean())", "{'a': {'b'}}", "metric-mapping"),
        ("float(right.mean())", "{'a': [float('nan')]}", "metric-mapping"),
        ("float(right.mean())", "{'a': np.arange(3)}", "metric-mapping"),
        ('("binary", "multiclass", "multilabel")', '"binary"', "tasks-are-known"),
        ('("binary", "multiclass", "multilabel")', "()", "tasks-are-known"),
        ('("binary", "multiclass", "multilabel")', "7", "tasks-are-known"),
        (*before("right =", "np.bincount(labels)"), "metric-each-task"),
        ("float(right.mean())", "float(right.mean() / (labels.min() < labels.max()))", "metric-absent-class"),
        ("float(right.mean())", "float(right.mean() / min(1, len(right) - 1))", "metric-one-text"),
        ("right.mean()", "right.mean() + 0 * np.log(probabilities).min()", "metric-certain-probabilities"),
        ("float(right.mean())", "float(right.flat[0])", "metric-text-order"),
        ("float(right.mean())", "{'first': {'right': float(right.flat[0])}}", "metric-text-order"),
        ("float(right.mean())", "float(right.mean() * len(classes[0]))", "metric-class-names"),
        (*before("right =", "classes.index('negative')"), "metric-class-names"),
        (*before("right =", "labels.flags.writeable = True"), "metric-read-only"),
        ("float(right.mean())", "1 - float(right.mean())", "metric-direction"),
        ("smaller_is_better = False", "smaller_is_better = True", "metric-direction"),
        ("smaller_is_better = False", "bounds = (0.0, 0.1)", "metric-figure"),
        ("smaller_is_better = False", "bounds = (0.99, None)", "metric-figure"),
        ("smaller_is_better = False", "bounds = (1.0, 0.0)", "metric-figure"),
        ("smaller_is_better = False", "bounds = 'share'", "metric-figure"),
        ("smaller_is_better = False", "bounds = (0.0, float('nan'))", "metric-figure"),
        (*before("right =", "probabilities.sort()"), "leaves-its-input-alone"),
        (*before("right =", "np.random.rand()"), "leaves-generators-alone"),
        ("return float(right.mean())", "raise KeyError", "does-its-work"),
    ],
    "baseline": [
        ("return Fitted([*counts]", "Fitted([*counts]", "does-its-work"),
        ("return np.array(rows).reshape(len(texts), -1)", "return rows", "baseline-probabilities-shape"),
        ("return np.array(rows)", "return np.array(rows, np.float32)", "baseline-probabilities-shape"),
        ("reshape(len(texts), -1)", "reshape(len(texts), -1).T.copy()", "baseline-probabilities-shape"),
        ("reshape(len(texts), -1)", "reshape(len(texts), -1)[:, 1:]", "baseline-probabilities-shape"),
        ("reshape(len(texts), -1)", "reshape(len(texts), -1) * 2", "baseline-probabilities-sum"),
        ("reshape(len(texts), -1)", "reshape(len(texts), -1) * np.nan", "baseline-probabilities-sum"),
        ("reshape(len(texts), -1)", "reshape(len(texts), -1) - [[1, -1]]", "baseline-probabilities-sum"),
        ("class Good:", "class Good:\n    tasks = ('several',)", "tasks-are-known"),
        ("reshape(len(texts), -1)", "reshape(len(texts), -1)[:, ::-1]", "baseline-class-order"),
        (
            "self.of[word] for word in text.split() if word in self.of]\n        return np",
            "self.of[word] for word in text.split()]\n        return np",
            "baseline-unseen-words",
        ),
        ("known or", "known or text.strip() and", "baseline-empty-text"),
        (
            "rows = [",
            "rows = [self.row(texts[0])] * 0 + [self.row(texts[-1])] * len(texts)\n        _ = [",
            "baseline-text-alone",
        ),
        ("if not counts:\n", "if not counts:\n            max([])\n", "baseline-nothing-to-learn"),
        ("counts = {}", "counts = {}\n        labels.flags.writeable = True", "baseline-labels-read-only"),
        ("counts = {}", "counts = self.__dict__", "deterministic"),
        ('{"smoothing": 1.0}', "[('smoothing', 1.0)]", "baseline-chosen"),
        ('{"smoothing": 1.0}', "{'smoothing': float('inf')}", "baseline-chosen"),
        ('{"smoothing": 1.0}', "{1: 1.0}", "baseline-chosen"),
        (": self.of[word] for", ": self.of[word][:1] for", "baseline-evidence"),
        (
            "return {word: self.of[word] for",
            "return {word: self.of[word].astype('f4') for",
            "baseline-evidence",
        ),
        ("for word in text.split() if word in self.of}", "for word in text.split()}", "baseline-evidence"),
        ("    def state", "    def saved", "baseline-state-and-restore"),
        ("    def restore", "    def restored", "baseline-state-and-restore"),
        ('{"shares": self.shares}', '{"my shares": self.shares}', "baseline-state-plain"),
        ('{"shares": self.shares}', '{"shares": self.shares.astype("f2")}', "baseline-state-plain"),
        ('{"shares": self.shares}', '{"shares": self.shares / 0.0}', "baseline-state-plain"),
        ('{"words": self.words}', '{"words": {*self.words}}', "baseline-state-plain"),
        ("return BaselineState(", "return dict(", "baseline-state-plain"),
        ("return Fitted(words, shares)", "return Fitted(words, shares[::-1])", "baseline-restores"),
        ("return Fitted(words, shares)", "return Fitted(self.words, shares)", "baseline-restores"),
        ("return Fitted(words, shares)", "return None", "baseline-restores"),
        ("or shares.dtype != np.float64 ", "", "baseline-restore-refuses"),
        ("len(words), len(classes))", "len(shares), len(classes))", "baseline-restore-refuses"),
        ("len(words), len(classes))", "len(words), shares.shape[1])", "baseline-restore-refuses"),
        ("if shares is None or", "if", "baseline-restore-refuses"),
        ('raise DataError(Fault("no shares"))', "raise ValueError('no shares')", "baseline-restore-refuses"),
    ],
}


def source(kind, code):
    return (
        "from __future__ import annotations\n"
        "import threading\nimport numpy as np\nimport torch\nfrom torch import nn\n"
        "from embedkit.plugin_api import *\n"
        f"{code}\n"
        f"@hookimpl\ndef {HOOKS[kind]}(register):\n    register('good', Good)\n"
    )


@pytest.fixture
def failures(install):
    """The checks that a component fails, beside those of its imports and parameters."""

    def failures(kind, code):
        install("embedkit-good", source(kind, code), entries=["good"])
        (subject,) = subjects_of("embedkit-good")
        static = {check.id for check in checks_of(kind) if check.static and len(check.kinds) > 1}
        subject.passed.update(dict.fromkeys(static | {"can-be-pickled", "works-in-threads"}, True))
        own = [check for check in checks_of(kind) if check.id not in subject.passed]
        results = [run_check(check, subject) for check in own]
        return {result.check.id: result.why for result in results if result.state == "failed"}

    return failures


@pytest.mark.parametrize("kind", GOOD)
def test_a_good_component_fails_none(kind, failures):
    assert failures(kind, GOOD[kind]) == {}


@pytest.mark.parametrize(
    ("kind", "good", "other"), [(kind, *other) for kind in RIGHT for other in RIGHT[kind]]
)
def test_what_is_right_though_unusual_fails_none(kind, good, other, failures):
    assert good in GOOD[kind]
    assert failures(kind, GOOD[kind].replace(good, other, 1)) == {}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, of NaN
@pytest.mark.parametrize(
    ("kind", "good", "bad", "check_id"), [(kind, *fault) for kind in FAULTS for fault in FAULTS[kind]]
)
def test_a_fault_is_found_by_its_check_alone(kind, good, bad, check_id, failures):
    assert good in GOOD[kind]
    found = failures(kind, GOOD[kind].replace(good, bad))
    assert [*found] == [check_id], found
