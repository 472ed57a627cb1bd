"""Each contender trains what it says: so many epochs of each fold, on the method's batches, and it learns."""

import importlib
import os
import subprocess
import sys

import joblib
import numpy as np
import pytest

from benchmarks.speed import sklearn_mlp
from benchmarks.speed.contenders import CONTENDERS, METHODS
from benchmarks.study import ROOT

LOG_2 = np.log(2)
# Of each module the method that changes batches, if it can; and Keras' way with arrays.
RUNS = {contender.module: contender.methods[-1] for contender in reversed(CONTENDERS)}


@pytest.fixture
def module(monkeypatch):
    """Imports a contender's module; threads are as they are, which other tests have settled."""

    def load(name):
        if name == "pytorch_loop":
            pytest.importorskip("torch")
        found = importlib.import_module(f"benchmarks.speed.{name}")
        if name == "ours":
            monkeypatch.setattr(found, "configure_tensorflow", lambda threads: None)
        if name == "keras_fit":
            for setting in ("set_intra_op_parallelism_threads", "set_inter_op_parallelism_threads"):
                monkeypatch.setattr(found.tf.config.threading, setting, lambda threads: None)
        return found

    return load


@pytest.mark.parametrize(
    ("name", "method"),
    [
        pytest.param(*each, marks=pytest.mark.slow if each[0] == "keras_fit" else ())
        for each in [*RUNS.items(), ("keras_fit", "baseline")]
    ],
)
def test_a_contender_trains_as_many_epochs_as_it_says_and_learns(module, cell, name, method):
    begun = []
    with joblib.parallel_config(backend="sequential"):
        training = module(name).train(cell(method), 8, [0, 2], lambda: begun.append(True))
    assert begun == [True]
    assert training.fold_epochs == 16
    assert training.seconds > 0
    assert len(training.losses) == 2
    assert max(training.losses) < (0.35 if method == "baseline" else 0.8 * LOG_2)


@pytest.mark.parametrize("method", METHODS)
def test_keras_is_given_the_batches_of_the_method(module, cell, method):
    keras_fit = module("keras_fit")
    given = cell(method)
    batches = keras_fit.Batches(given.parts[0], given, seed=0)
    assert len(batches) == 7
    epoch = [batches[step] for step in range(len(batches))]
    assert [len(x) for x, _ in epoch] == [16] * 6 + [4]
    share = np.mean([y[:, 1].mean() for _, y in epoch[:6]])
    # 13 of 100 rows are of the minority.
    assert share == pytest.approx(0.13, abs=0.03) if method == "baseline" else 0.35 < share < 0.6
    if method == "baseline":
        rows = np.concatenate([x for x, _ in epoch])
        assert sorted(rows[:, 0]) == sorted(given.parts[0].features[:, 0])
        before = batches.order.copy()
        batches.on_epoch_end()
        assert (batches.order != before).any()


@pytest.mark.parametrize("method", METHODS)
def test_pytorch_is_given_the_batches_of_the_method(module, cell, method):
    pytorch_loop = module("pytorch_loop")
    import torch

    given, rng = cell(method), np.random.default_rng(0)
    x, labels = map(torch.from_numpy, given.parts[0])
    shares = []
    torch.manual_seed(0)
    for rows in torch.cat([torch.randperm(96) for _ in range(20)]).split(16):
        _, target = pytorch_loop.make_batch(given, x, labels, rows, rng)
        shares.append((target if target.ndim == 1 else target[:, 1]).float().mean().item())
    # A batch in ten has no row of the minority, and stays so.
    assert np.mean(shares) == pytest.approx(0.13 if method == "baseline" else 0.45, abs=0.03)


@pytest.mark.parametrize("name", ["keras_fit", "pytorch_loop"])
def test_the_network_is_that_of_the_study(module, cell, name):
    given = cell()
    model = module(name).build(given)
    weights = model.get_weights() if name == "keras_fit" else [p.detach().numpy() for p in model.parameters()]
    # 10 features, h = int(2 (10 + 2) / 3) = 8.
    assert given.widths == (8, 8, 8)
    assert sum(weight.size for weight in weights) == 10 * 8 + 8 + 2 * (8 * 8 + 8) + 8 * 2 + 2
    drops = [layer for layer in getattr(model, "layers", model) if "Dropout" in type(layer).__name__]
    assert [getattr(layer, "rate", getattr(layer, "p", None)) for layer in drops] == [0.1, 0.1]


def test_scikit_learn_does_every_epoch(cell):
    given = cell()
    model, rss = sklearn_mlp.fit(given.parts[0], given.widths, 16, 1e-9, 30)
    # Nothing is learnt at this rate, which would stop it by default.
    assert model.n_iter_ == 30
    assert model.t_ == 30 * 100
    assert rss > 10


def test_who_lacks_a_package_says_so():
    from dataclasses import replace

    assert CONTENDERS[0].missing() is None
    assert "no_such_package" in replace(CONTENDERS[0], package="no_such_package").missing()


def test_a_contender_is_listed_without_importing_it():
    code = (
        "import sys, benchmarks.speed.__main__\n"
        "print([name for name in ('tensorflow', 'torch', 'keras') if name in sys.modules])"
    )
    said = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == "[]"
