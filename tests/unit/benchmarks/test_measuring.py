import doctest
import json

import numpy as np
import pandas as pd
import pytest

from benchmarks import report
from benchmarks.speed import measuring, table
from benchmarks.speed.cells import flops, make_cell, products
from benchmarks.speed.contenders import CONTENDERS
from benchmarks.study import ROOT, default_study
from remix.errors import RemixError
from remix.study.data.catalogue import Task


@pytest.mark.parametrize("module", [report, measuring])
def test_examples(module):
    assert doctest.testmod(module).failed == 0


def test_overlays_change_single_keys_of_a_dataset():
    """The extended study gives a dataset of the catalogue further ratios."""
    extended = default_study(ROOT / "config" / "extended.yaml")
    assert len(extended.tasks) > len(default_study().tasks)


def test_arithmetic_of_a_fold_epoch(cell):
    given = cell()
    assert products(given) == [80, 64, 64, 16]
    rows = (100 + 103 + 110) / 3
    assert flops(given) == pytest.approx(6 * 224 * rows)
    assert flops(given, needed=True) == pytest.approx((6 * 144 + 4 * 80) * rows)


def test_a_cell_has_the_folds_and_settings_of_the_study():
    settings = default_study()
    rng = np.random.default_rng(0)
    variant = pd.DataFrame(rng.normal(3.0, 5.0, (200, 3)), columns=list("abc")).assign(
        row=range(200), label=[1] * 20 + [0] * 180
    )
    spec = settings.training("statlog", "remix")["method"]
    made = make_cell(variant, Task("t", "t", ("1",), True, ("0", "1")), "0.1", spec, settings.protocol, 1)
    assert len(made.parts) == len(set(made.folds)) == 20
    assert made.resampling == "balanced"
    assert made.alpha == 0.1
    assert made.rows == pytest.approx(70, abs=1)
    for part in made.parts:
        np.testing.assert_allclose(part.features.mean(axis=0), 0.0, atol=0.1)
        assert part.features.dtype == np.float32


def fake(contender, method, seconds, fold_epochs=2000, **others):
    return {
        **{"task": "musk", "ir": "0.05", "contender": contender, "method": method, "processes": 2},
        **{"epochs": 100, "folds": 20, "seconds": seconds, "fold_epochs": fold_epochs, "warm_up": 5.0},
        **{"rss_mib": 700.0, "loss": 0.1, **others},
    }


@pytest.fixture
def lines():
    measured = pd.DataFrame(
        [
            fake("ours", "baseline", 8.0, 4000, rss_mib=900.0),
            fake("ours", "baseline", 7.0, 4000),
            fake("ours", "baseline", 20.0, 4000),
            fake("ours", "smote", 10.0, 4000),
            fake("keras_fit", "baseline", 2.0, 16),
            fake("sklearn_mlp", "baseline", 12.0),
        ]
    )
    return table.summarise(measured, {("musk", "0.05"): (2e8, 1e8)}, peak=400.0).set_index(
        ["contender", "method"]
    )


def test_medians_ratios_and_shares(lines):
    ours = lines.loc[("ours", "baseline")]
    assert ours["rate"] == 500
    assert ours["seconds"] == 4.0
    assert ours["ratio"] == 1.0
    # 500 fold-epochs of 0.2 GFLOP a second, of 400.
    assert ours["share"] == pytest.approx(0.25)
    assert ours["share_needed"] == pytest.approx(0.125)
    assert ours["rss_mib"] == 900
    assert ours["spread"] == pytest.approx((4000 / 7 - 200) / 500)
    assert lines.loc[("keras_fit", "baseline"), "ratio"] == pytest.approx(250 / 4)
    assert lines.loc[("sklearn_mlp", "baseline"), "ratio"] == pytest.approx(3.0)


def test_targets_say_what_is_met(lines):
    found = table.targets(lines.reset_index()).set_index("target")
    assert found["met"].to_dict() == {
        "musk: ≥ 60 × faster than Keras fit": "yes",
        "musk: ≥ 4 × faster than the best of scikit-learn and PyTorch": "no",
        "musk: smote within 1.2 × of baseline's time": "no",
        "musk: ≥ 70% of the peak": "no",
        "memory ≤ 1.5 GiB per process": "yes",
    }
    assert found.loc["musk: smote within 1.2 × of baseline's time", "measured"] == "1.25 ×"


def test_the_section_names_who_is_there_and_who_is_not(lines):
    text = table.section(
        lines.reset_index(),
        {("numpy", 2048): 400.0, ("tensorflow", 1024): 380.0},
        "A machine.",
        {"pytorch_loop": "x"},
    )
    assert "**400 GFLOP/s** (numpy, 2048 × 2048; best of each library: numpy 400, tensorflow 380)" in text
    assert "*PyTorch loop per fold* is missing: x." in text
    assert "| musk, IR 0.05 | baseline | ReMix, a job on each core" in text


def test_a_failing_process_is_told():
    alone = next(contender for contender in CONTENDERS if not contender.per_core)
    with pytest.raises(RemixError, match="no_such"):
        measuring.measure(alone, "no_such_task", "0.05", "baseline", 2, 1)


def test_processes_begin_together(monkeypatch, tmp_path):
    """A stand-in for the worker tells when it was ready and when it was let go."""
    script = (
        "import sys, json, time\n"
        "job = json.loads(sys.argv[1]); time.sleep(0.3 * len(job['folds']))\n"
        "print('{}', flush=True); sys.stdin.readline()\n"
        "n = len(job['folds'])\n"
        "print(json.dumps({'fold_epochs': n * job['epochs'], 'losses': [0.5] * n, 'seconds': 1.0 * n,\n"
        "    'rss_mib': [100.0, 50.0]}), flush=True)\n"
    )
    run = measuring.subprocess.Popen
    monkeypatch.setattr(measuring, "cores", lambda: 2)
    monkeypatch.setattr(
        measuring.subprocess,
        "Popen",
        lambda command, **kwargs: run([command[0], "-c", script, command[3]], **kwargs),
    )
    contender = next(contender for contender in CONTENDERS if contender.name == "pytorch_loop")
    found = measuring.measure(contender, "musk", "0.05", "smote", 3, 10)
    assert (found.processes, found.folds, found.fold_epochs) == (2, 3, 30)
    assert found.seconds == 2.0
    assert found.warm_up >= 0.6
    assert found.rss_mib == 100
    assert json.dumps(found.loss) == "0.5"
