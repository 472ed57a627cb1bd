"""What is going to be trained, and how long that takes."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from remix.study.__main__ import main, plan_of, wanted_by_all
from remix.study.cost import MEASURED, training_seconds
from remix.study.estimate import Estimate, announce, compared, keep
from remix.study.probe import measured_costs
from remix.study.running.writing import write_parquet
from remix.study.store import path_of, write_training
from remix.study.training_cells import names_of


@pytest.fixture(scope="module")
def wanted():
    return wanted_by_all([])


def definition(wanted, task="musk", method="baseline", protocol=(), **images):
    ir = next(ir for name, ir in wanted if name == task)
    found = next(each.definition for each in wanted[task, ir] if each.uses[0].method == method)
    given = {**found["protocol"], **dict(protocol)}
    if images:
        given["images"] = {**given["images"], **images}
    return {**found, "protocol": given}


def test_a_training_takes_the_measured_steps(wanted):
    # 5,860 rows of musk: 33 mini-batches of each training part, whose network has 43,904 weights.
    (microseconds,) = (cost for weights, cost in MEASURED.table if weights == 43_904)
    seconds = training_seconds(definition(wanted), 5_860, 166)
    assert seconds == pytest.approx(20 * 100 * 33 * microseconds * 1e-6, rel=0.03)


@pytest.mark.parametrize(
    ("changes", "low", "high"),
    [
        ({"protocol": {"epochs": 200}}, 1.9, 2.0),
        ({"protocol": {"repeats": 5}}, 0.5, 0.55),
        # Twice as many steps of half as many rows each.
        ({"protocol": {"batch_size": 32}}, 1.1, 1.5),
        ({"method": "smote"}, 1.05, 1.2),
        ({"method": "remix"}, 1, 1),
    ],
    ids=str,
)
def test_what_makes_a_training_longer(wanted, changes, low, high):
    times = training_seconds(definition(wanted, **changes), 5_860, 166)
    assert low <= times / training_seconds(definition(wanted), 5_860, 166) <= high


def test_more_rows_features_classes_and_filters_take_longer(wanted):
    def seconds(rows=5_000, features=64, **given):
        return training_seconds(definition(wanted, **given), rows, features)

    assert seconds() < seconds(rows=8_000) < seconds(rows=50_000)
    assert seconds() < seconds(features=100) < seconds(features=10_000)
    assert seconds() < seconds(task="optdigits")
    image = {"task": "cifar10_dog"}
    assert seconds(**image, filters=[8, 16]) < seconds(**image) < seconds(**image, filters=[32, 128])


def test_a_residual_network_costs_what_its_weights_do(wanted):
    """Measured with 166 features: 6.2 times the perceptron, for 7.5 times the weights."""
    sizes = {"blocks": 2, "width": 192, "hidden_factor": 2, "dropout": 0.15, "residual_dropout": 0}
    tables = {"clip": 5.0, "network": "resnet", "resnet": sizes}
    times, plain = (
        training_seconds(definition(wanted, protocol=given), 5_860, 166) for given in ({"tables": tables}, ())
    )
    assert 5 < times / plain < 7.5


def test_memory_that_was_measured_is_asked_for(tmp_path):
    million = tmp_path / "million.yaml"
    million.write_text("datasets: {ozone: {rows: 1000000, features: 10}}")
    plan = plan_of([million], {})
    # In GiB: musk 1.1, 60,000 rows of aps 2.6, a million of ten features 3.5, CIFAR-10 1.6.
    for task, measured in {"musk": 1.1, "aps": 2.6, "ozone": 3.51, "cifar10_dog": 1.6}.items():
        assert 1 < plan.memory(task) * 10**6 / (measured * 2**30) < 1.6


def test_the_probe_measures_this_machine():
    costs = measured_costs(images=True)
    sizes, microseconds = zip(*costs.table, strict=True)
    assert list(sizes) == sorted(sizes)
    # The largest of these networks has 800 times the weights of the smallest.
    assert microseconds[-1] > 5 * microseconds[0]
    assert 0.02 < costs.image / MEASURED.image < 50
    assert 0.02 < costs.slowness < 50


@pytest.fixture
def folder(wanted, trained, tmp_path):
    """A study's folder with data of one cell, of which the baseline is trained."""
    cell = "segment", "0.05"
    baseline = wanted[cell][0]
    (variant,) = {path for each in wanted[cell] for path in each.inputs}
    rows = pd.DataFrame({f"x{n}": range(2_079) for n in range(19)}).assign(row=0, label=0)
    (tmp_path / variant).parent.mkdir(parents=True)
    write_parquet(rows, tmp_path / variant)
    (name,) = names_of([baseline], {variant: tmp_path / variant})
    write_training(path_of(tmp_path / "results", *cell, name), trained(), baseline.as_mapping(), {})
    return tmp_path


ONE_CELL = ["--config", "study={tasks: [segment], irs: [0.05]}", "sweep={tasks: []}"]


def test_the_estimate_of_a_study(folder, capsys):
    command = ["estimate", "--directory", str(folder), "--cores", "2", "--quiet", *ONE_CELL]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert said.startswith("To be trained: 8 trainings of 1 cell, 1 are there already.\nThat takes about ")
    assert "The longest job, segment at 0.05, takes " in said
    kept = json.loads((folder / "logs" / "estimate.json").read_text())
    assert 20 < kept["seconds"] < 1_000
    assert main(["took", "--directory", str(folder)]) == 0
    assert "had been estimated" in capsys.readouterr().out


def test_a_study_without_data_is_estimated_by_the_catalogue(tmp_path, capsys):
    assert main(["estimate", "--directory", str(tmp_path), *ONE_CELL]) == 0
    assert "9 trainings of 1 cell." in capsys.readouterr().out


def test_what_is_said(tmp_path):
    nothing = Estimate(0, 105, 0, 0.0, None)
    assert announce(nothing, 2) == "Nothing is to be trained: all 105 trainings are there."
    some = Estimate(105, 0, 15, 3_000.0, ("musk at 0.05", 400.0))
    assert announce(some, 2).splitlines() == [
        "To be trained: 105 trainings of 15 cells.",
        "That takes about 50 minutes on 2 cores, by steps timed on this machine.",
        "The longest job, musk at 0.05, takes 7 minutes.",
    ]
    path = tmp_path / "logs" / "estimate.json"
    keep(some, path)
    begun = (datetime.now() - timedelta(seconds=2_500)).isoformat()
    path.write_text(json.dumps({"begun": begun, "seconds": 3_000.0}))
    assert compared(path) == "That took 42 minutes; 50 minutes had been estimated (+20 %)."
    path.write_text(json.dumps({"begun": begun, "seconds": 0.0}))
    assert compared(path) == "That took 42 minutes."


def test_of_a_long_tail_so_many_rows_are_counted_as_are_trained_on():
    plan = plan_of([Path(__file__).parents[3] / "config" / "long_tails.yaml"], {})
    own = {ir: plan.trainings["optdigits_lt", ir][0] for ir in ("0.1", "0.01")}
    for ir, part in {"0.1": 0.41, "0.01": 0.24}.items():  # the mean of IR^(k / 9), k = 0 .. 9
        expected = training_seconds(own[ir].definition, int(5620 * part), 64)
        assert plan.seconds(own[ir]) == pytest.approx(expected, rel=0.1)
        assert plan.seconds(own[ir], rows=5620, features=64) == plan.seconds(own[ir])
