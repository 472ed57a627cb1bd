import pandas as pd
import pytest

from remix.errors import ResultError
from remix.tables.reading import SCORE_COLUMNS, read_curves, read_published, read_scores, read_table


def write(scores, folder):
    paths = []
    for (task, ir, method), part in scores.groupby(["task", "ir", "method"]):
        path = folder / f"{task}-{ir}-{method}.csv"
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
