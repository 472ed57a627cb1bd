"""Training what is wanted of a cell and not there yet."""

import dataclasses

import pandas as pd
import pytest
import tensorflow as tf

from remix.errors import DataError, TrainingError
from remix.study import store, training_cells
from remix.study.results import training_table
from remix.study.running.writing import write_parquet
from remix.study.store import Use, path_of, read_training, stored
from remix.study.training_cells import names_of, train_cell


@pytest.fixture(autouse=True)
def in_a_process_of_others(monkeypatch):
    """A job settles threads and variables of the environment for its process, which is shared here."""
    monkeypatch.setattr("remix.study.runtime.before_import", lambda: None)
    monkeypatch.setattr("remix.study.runtime.configure_tensorflow", lambda threads: None)


def train(wanted, files, tmp_path, **changes):
    return train_cell(wanted, files, tmp_path / "results", **{"threads": 1, "stack": "auto", **changes})


def test_what_lacks_is_trained_and_the_rest_left_alone(training, files, tmp_path):
    baseline, smote = training(), training("smote", {"resample": "smote"})
    (first,) = train([baseline], files, tmp_path)
    path = path_of(tmp_path / "results", "toy", "0.2", first.training)
    before = path.stat().st_mtime_ns
    entries = train([smote, baseline], files, tmp_path)
    assert [entry.uses for entry in entries] == [(Use("study", "smote", 1),), (Use("study", "baseline", 1),)]
    assert entries[1] == first
    assert path.stat().st_mtime_ns == before
    assert {each.stem for each in stored(tmp_path / "results")} == {entry.training for entry in entries}
    path.unlink()
    train([smote, baseline], files, tmp_path)
    assert path.exists()


def test_what_is_kept_says_what_was_trained_and_what_made_it(training, files, tmp_path):
    wanted = training(repeats=2)
    (entry,) = train([wanted], files, tmp_path)
    path = path_of(tmp_path / "results", "toy", "0.2", entry.training)
    trained = read_training(path)
    assert len(trained.predictions) == 2 * 64
    assert trained.folds[["repeat", "fold"]].to_numpy().tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    said = store.definition(path)
    assert (said["code"], said["task"], said["ir"]) == (wanted.code, "toy", "0.2")
    assert said["definition"]["protocol"]["repeats"] == 2
    facts = store.made_by(path)
    assert facts == entry.made_by
    assert set(facts) == {*training_table.FACTS, "step_seconds", "peak_mib", "begun", "seconds"}
    assert (facts["device"], facts["tf32"], facts["xla"]) == ("CPU", False, False)
    # On a GPU, TensorFlow would round to TF32 unless it is told not to.
    assert not tf.config.experimental.tensor_float_32_execution_enabled()
    assert 0 < facts["step_seconds"] < facts["seconds"]


def test_folds_are_cut_by_groups_where_that_is_wanted(training, files, tmp_path):
    path = files["resources/variants/toy/0.2.parquet"]
    write_parquet(pd.read_parquet(path).assign(group=lambda rows: rows["row"] // 4), path)
    by_rows = training()
    by_groups = dataclasses.replace(by_rows, definition={**by_rows.definition, "splits": "groups"})
    entries = train([by_rows, by_groups], files, tmp_path)
    shared = []
    for entry in entries:
        kept = read_training(path_of(tmp_path / "results", "toy", "0.2", entry.training))
        tested = kept.predictions.groupby("fold")["row"].agg(lambda rows: set(rows // 4))
        aside = kept.validation.groupby("fold")["row"].agg(lambda rows: set(rows // 4))
        shared.append([len(tested[0] & tested[1]), *(len(tested[k] & aside[k]) for k in (0, 1))])
        assert len(kept.predictions) == 64
    assert shared[1] == [0, 0, 0]
    assert min(shared[0]) > 0


@pytest.mark.slow
def test_trainings_are_the_same_whatever_is_trained_beside_them(training, files, tmp_path):
    """Folds and rows are shared by those that have the same, and by no others."""
    wanted = [
        training(),
        training("smote", {"resample": "smote"}),
        training("more", repeats=2),
        training("filled", imputation="dataset", inputs=tuple(files)),
        training("clipped", clip=0.5),
        training("seeded", seed=2),
    ]
    together = train(wanted, files, tmp_path / "together")
    for each, entry in zip(wanted[1:], together[1:], strict=True):
        (alone,) = train([each], files, tmp_path / "alone")
        assert alone.training == entry.training
        ours, theirs = (
            read_training(path_of(tmp_path / folder / "results", "toy", "0.2", entry.training))
            for folder in ("alone", "together")
        )
        for part, same in zip(ours, theirs, strict=True):
            pd.testing.assert_frame_equal(part, same, check_exact=True)


def test_each_is_kept_before_the_next_begins(training, files, tmp_path, monkeypatch):
    """What stops the second, such as a full disk or a signal, leaves the one before."""
    kept, write = [], store.write_training

    def stopped(path, *content):
        if kept:
            raise KeyboardInterrupt
        write(path, *content)
        kept.append(path)

    wanted = [training(seed=seed) for seed in (1, 2)]
    with monkeypatch.context() as patched:
        patched.setattr(training_cells.store, "write_training", stopped)
        with pytest.raises(KeyboardInterrupt):
            train(wanted, files, tmp_path)
    assert kept == stored(tmp_path / "results")
    before = kept[0].stat().st_mtime_ns
    assert len(train(wanted, files, tmp_path)) == 2
    assert kept[0].stat().st_mtime_ns == before
    assert len(stored(tmp_path / "results")) == 2


def test_one_that_fails_does_not_stop_the_others(training, files, tmp_path):
    """They are named; and what is wanted of the cell is not complete."""
    wanted = [training("odd", splits=40), training(), training("odder", splits=50)]
    with pytest.raises(DataError, match=r"^method odd, toy, IR 0\.2.*; method odder, toy, IR 0\.2") as told:
        train(wanted, files, tmp_path)
    assert len(str(told.value).splitlines()) == 1
    assert [path.stem for path in stored(tmp_path / "results")] == names_of(wanted[1:2], files)


@pytest.fixture
def as_on_a_gpu(monkeypatch):
    """XLA compiles the steps, here for the CPU, and the trainings of a cell share stacks."""
    monkeypatch.setattr("remix.training.on_gpu", lambda: True)


SHARING = {
    "baseline": {},
    "mixup": {"mix": {"alpha": 0.2}},
    "undersampled": {"before_training": "undersampling"},
}


def test_on_a_gpu_trainings_share_a_stack_and_are_the_same(training, files, tmp_path, caplog, request):
    """In two stacks, for one is on other rows; and what was there already is left alone."""
    wanted = [training(name, spec) for name, spec in SHARING.items()]
    alone = train(wanted, files, tmp_path / "alone")
    request.getfixturevalue("as_on_a_gpu")
    caplog.set_level("INFO")
    together = train(wanted, files, tmp_path / "together")
    assert "training 1 of 3: baseline, mixup" in caplog.text
    for one, other in zip(alone, together, strict=True):
        assert one.training == other.training
        assert [entry.made_by["xla"] for entry in (one, other)] == [False, True]
        parts = [
            read_training(path_of(tmp_path / folder / "results", "toy", "0.2", one.training))
            for folder in ("alone", "together")
        ]
        for ours, theirs in zip(*parts, strict=True):
            pd.testing.assert_frame_equal(ours, theirs, check_exact=False, atol=1e-5)


def test_one_that_fails_in_a_stack_does_not_take_the_others_along(training, files, tmp_path, as_on_a_gpu):
    """Its stack is trained again, one by one."""
    wanted = [training(), training("wild", {"loss": {"logit_adjusted": {"tau": 3e38}}})]
    with pytest.raises(TrainingError, match=r"^method wild, toy, IR 0\.2.*the loss is (nan|inf) in epoch 1"):
        train(wanted, files, tmp_path)
    assert [path.stem for path in stored(tmp_path / "results")] == names_of(wanted[:1], files)


def test_a_name_is_that_of_the_data_as_they_are(training, files, tmp_path):
    variant = files[training().inputs[0]]
    names = names_of([training(), training(inputs=tuple(files)), training()], files)
    assert names[0] == names[2] != names[1]
    other = tmp_path / "other.parquet"
    other.write_bytes(variant.read_bytes())
    assert names_of([training()], {training().inputs[0]: other}) == names[:1]
    other = tmp_path / "changed.parquet"
    other.write_bytes(variant.read_bytes() + b"\0")
    assert names_of([training()], {training().inputs[0]: other}) != names[:1]


def test_tensorflow_is_not_imported_where_nothing_lacks(
    training, files, tmp_path, trained, train_without_tensorflow
):
    wanted = [training()]
    (name,) = names_of(wanted, files)
    store.write_training(path_of(tmp_path / "results", "toy", "0.2", name), trained(), {}, {})
    train_without_tensorflow(wanted)
