import dataclasses

import pandas as pd
import pytest

from remix.errors import ResultError
from remix.records import write_parquet
from remix.tables.reading import (
    SCORE_COLUMNS,
    gather_scores,
    read_curves,
    read_fold_sizes,
    read_published,
    read_scores,
    read_table,
)


def write(scores, folder):
    paths = []
    for (task, ir), part in scores.groupby(["task", "ir"]):
        path = folder / f"{task}-{ir}.csv"
        part[SCORE_COLUMNS].to_csv(path, index=False)
        paths.append(path)
    return paths


def test_scores_come_back_in_the_studys_order(scores, study, tmp_path):
    read = read_scores(write(scores, tmp_path), study)
    assert list(dict.fromkeys(zip(read["task"], read["ir"], strict=True))) == [
        ("musk", "0.05"), ("musk", "0.01"), ("landsat", "0.1"),
    ]  # fmt: skip
    assert list(dict.fromkeys(read["method"])) == ["baseline", "smote", "remix"]
    assert set(read.loc[read["task"] == "landsat", "kind"]) == {"multiclass"}
    keys = ["task", "ir", "method", "fold", "metric"]
    assert read.sort_values(keys)["value"].tolist() == scores.sort_values(keys)["value"].tolist()


def write_folds(folder, trained, tested):
    """Files of one cell: rows that each (repeat, fold) was trained on, and tested on."""
    training = folder / "training/musk/0.05/baseline.csv"
    predictions = folder / "predictions/musk/0.05/baseline.parquet"
    for path in (training, predictions):
        path.parent.mkdir(parents=True)
    lines = [(*fold, rows, 0.5) for fold, rows in trained.items()]
    columns = ["repeat", "fold", "train_rows", "train_loss"]
    pd.DataFrame(lines, columns=columns).to_csv(training, index=False)
    rows = [(*fold, row) for fold, n in tested.items() for row in range(n)]
    pd.DataFrame(rows, columns=["repeat", "fold", "row"]).to_parquet(predictions)
    return [training], [predictions]


def test_the_sizes_of_the_folds(tmp_path):
    files = write_folds(tmp_path, {(0, 0): 70, (0, 1): 71}, {(0, 1): 100, (0, 0): 101})
    sizes = read_fold_sizes(*files).sort_values("fold")
    assert sizes[["task", "ir", "repeat", "fold", "train_rows", "test_rows"]].to_numpy().tolist() == [
        ["musk", "0.05", 0, 0, 70, 101],
        ["musk", "0.05", 0, 1, 71, 100],
    ]
    assert read_fold_sizes([], []).empty


@pytest.mark.parametrize(
    ("trained", "tested", "message"),
    [
        ({(0, 0): 70}, {(0, 0): 9, (0, 1): 9}, r"musk, IR 0\.05, repeat 0, fold 1 has no training record"),
        ({(0, 0): 70, (1, 0): 70}, {(0, 0): 9}, r"musk, IR 0\.05, repeat 1, fold 0 has no predictions"),
    ],
)
def test_half_a_record_of_a_fold_is_refused(tmp_path, trained, tested, message):
    with pytest.raises(ResultError, match=message):
        read_fold_sizes(*write_folds(tmp_path, trained, tested))


def test_no_files(study):
    assert read_scores([], study).empty


def test_a_cell_without_one_of_the_methods_is_refused(scores, study, tmp_path):
    lacking = scores[~((scores["ir"] == "0.01") & (scores["method"] == "remix"))]
    with pytest.raises(ResultError, match=r"musk, IR 0\.01 has no scores of remix"):
        read_scores(write(lacking, tmp_path), study)


def test_strange_files_are_refused(scores, study, tmp_path):
    foreign = write(scores.iloc[:1].assign(method="other"), tmp_path)
    with pytest.raises(ResultError, match="method other, which the study does not have"):
        read_scores(foreign, study)
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ResultError, match="has the columns"):
        read_scores([path], study)
    path.write_text(",".join(SCORE_COLUMNS) + "\n")
    with pytest.raises(ResultError, match="has no scores"):
        read_scores([path], study)


def write_curves(folder, task, ir, methods):
    path = folder / f"{task}-{ir}.parquet"
    lines = [
        (task, ir, method, label) for method in methods for label in range(3 if task == "landsat" else 2)
    ]
    pd.DataFrame(lines, columns=["task", "ir", "method", "class"]).to_parquet(path)
    return path


def test_curves_come_back_in_the_studys_order_and_know_the_minority(study, tmp_path):
    paths = [write_curves(tmp_path, *cell, study.methods) for cell in (("landsat", "0.1"), ("musk", "0.01"))]
    curves = read_curves(paths, study)
    assert curves["task"].drop_duplicates().tolist() == ["musk", "landsat"]
    assert curves["kind"].drop_duplicates().tolist() == ["binary", "multiclass"]
    minority = curves[curves["minority"]].groupby("task")["class"].unique()
    assert {task: labels.tolist() for task, labels in minority.items()} == {"musk": [1], "landsat": [1, 2]}
    assert read_curves([], study).empty


def test_curves_of_another_study_are_refused(study, tmp_path):
    lacking = write_curves(tmp_path, "musk", "0.01", ["baseline", "smote"])
    with pytest.raises(ResultError, match="lacks remix"):
        read_curves([lacking], study)
    strange = write_curves(tmp_path, "musk", "0.5", study.methods)
    with pytest.raises(ResultError, match=r"is of musk, IR 0\.5"):
        read_curves([strange], study)


def test_tables_keep_ratios_as_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("ir,reasons,gain\n0.10,,0.5\n")
    table = read_table(path)
    assert table.iloc[0].tolist() == ["0.10", "", 0.5]


def test_missing_published_numbers(tmp_path):
    with pytest.raises(ResultError, match="restore it"):
        read_published(tmp_path / "table1.csv")


def repeated(scores, repeats=3):
    """The scores once per repeat, each 0.01 above the one before."""
    return pd.concat([scores.assign(repeat=r, value=scores["value"] + 0.01 * r) for r in range(repeats)])


def test_repeats_that_a_task_does_not_have_are_left_out(scores, study, tmp_path):
    study = dataclasses.replace(
        study,
        repeats={task: 2 if definition.binary else 3 for task, definition in study.tasks.items()},
    )
    read = read_scores(write(repeated(scores), tmp_path), study)
    assert set(read.loc[read["kind"] == "binary", "repeat"]) == {0, 1}
    assert set(read.loc[read["kind"] == "multiclass", "repeat"]) == {0, 1, 2}


def test_a_switch_exchanges_the_balanced_brier_score_of_binary_tasks(scores, study, tmp_path):
    proper = scores["metric"] == "balanced_brier"
    inverted = scores[proper].assign(metric="balanced_brier_inverted", value=1 - scores.loc[proper, "value"])
    paths = write(pd.concat([scores, inverted]), tmp_path)
    switched = dataclasses.replace(study, switches={**study.switches, "binary_bbs": "negatives_inverted"})
    keys = ["task", "ir", "method", "fold", "metric"]

    def values(study, kind):
        read = read_scores(paths, study)
        chosen = read[(read["metric"] == "balanced_brier") & (read["kind"] == kind)]
        return chosen.sort_values(keys)["value"].to_numpy()

    assert values(switched, "binary") == pytest.approx(1 - values(study, "binary"))
    assert values(switched, "multiclass") == pytest.approx(values(study, "multiclass"))


def test_images_have_scores_of_more_methods(mixed_scores, mixed, tmp_path):
    read = read_scores(write(mixed_scores, tmp_path), mixed)
    methods = read.groupby("kind")["method"].unique().map(list).to_dict()
    assert methods == {
        "binary": ["baseline", "smote", "remix"],
        "multiclass": ["baseline", "smote", "remix"],
        "binary_images": ["baseline", "smote", "remix", "augment"],
    }
    lost = (mixed_scores["method"] == "augment") & (mixed_scores["ir"] == "0.1")
    (tmp_path / "lacking").mkdir()
    lacking = write(mixed_scores[~lost], tmp_path / "lacking")
    with pytest.raises(ResultError, match=r"shirt, IR 0\.1 has no scores of augment"):
        read_scores(lacking, mixed)
    (tmp_path / "strange").mkdir()
    strange = write(mixed_scores.iloc[:1].assign(method="augment"), tmp_path / "strange")
    with pytest.raises(
        ResultError, match="is of task musk and method augment, which the study does not have"
    ):
        read_scores(strange, mixed)


def gathered(paths, folder):
    path = folder / "scores.parquet"
    write_parquet(gather_scores(paths), path)
    return path


def test_gathered_scores_are_those_of_the_files(mixed_scores, mixed, tmp_path):
    paths = write(mixed_scores, tmp_path)
    pd.testing.assert_frame_equal(read_scores([gathered(paths, tmp_path)], mixed), read_scores(paths, mixed))


def test_no_scores_are_gathered_too(study, tmp_path):
    path = gathered([], tmp_path)
    assert read_scores([path], study).empty


def test_scores_of_a_cell_that_the_study_does_not_have(scores, study, tmp_path):
    paths = write(scores[scores["ir"] == "0.05"].assign(ir="0.5"), tmp_path)
    with pytest.raises(ResultError, match=r"is of task musk at IR 0\.5, which the study does not have"):
        read_scores(paths, study)


def test_gathered_scores_of_other_columns(scores, study, tmp_path):
    path = tmp_path / "scores.parquet"
    write_parquet(scores[SCORE_COLUMNS[1:]], path)
    with pytest.raises(ResultError, match=r"has the columns .*; remove it"):
        read_scores([path], study)


def test_curves_of_images_have_more_methods(mixed, tmp_path):
    curves = read_curves([write_curves(tmp_path, "musk", "0.01", ["baseline", "smote", "remix"])], mixed)
    assert curves["method"].nunique() == 3
    lacking = write_curves(tmp_path, "shirt", "0.1", ["baseline", "smote", "remix"])
    with pytest.raises(ResultError, match="lacks augment"):
        read_curves([lacking], mixed)
