import dataclasses

import pandas as pd
import pytest

from remix.errors import ResultError
from remix.study.results.reading import (
    SCORE_COLUMNS,
    curves_of,
    fold_sizes_of,
    folds_of,
    gather,
    read_table,
    scores_of,
    scores_of_sweep,
)
from remix.study.running.writing import write_parquet
from remix.study.study import Switches


def gathered(rows, run="study"):
    """What is gathered of one run: scores, or with other columns folds or curves."""
    columns = SCORE_COLUMNS if "metric" in rows else list(rows)
    return rows[columns].assign(run=run)


def by_method(study, task, ir, methods=None, **columns):
    """A row, or as many as the columns have, of each method on a cell."""
    return pd.concat(
        [
            pd.DataFrame({"task": task, "ir": ir, "method": method, **columns}, index=range(2))
            for method in methods or study.methods
        ],
        ignore_index=True,
    )


def test_scores_come_back_in_the_studys_order(scores, study):
    read = scores_of(gathered(scores[::-1]), study)
    assert list(dict.fromkeys(zip(read["task"], read["ir"], strict=True))) == [
        ("musk", "0.05"), ("musk", "0.01"), ("landsat", "0.1"),
    ]  # fmt: skip
    assert list(dict.fromkeys(read["method"])) == ["baseline", "smote", "remix"]
    assert set(read.loc[read["task"] == "landsat", "kind"]) == {"multiclass"}
    keys = ["task", "ir", "method", "fold", "metric"]
    assert read.sort_values(keys)["value"].tolist() == scores.sort_values(keys)["value"].tolist()


def test_of_all_runs_cells_and_methods_those_of_the_run_are_read(scores, study):
    """Another run, a method that is not selected any more, and a cell of another task leave no trace."""
    own = scores[SCORE_COLUMNS].assign(run="study")
    others = [
        own.assign(run="audit/authors", value=0.0),
        own.assign(method="other"),
        own.assign(task="segment"),
        own.assign(ir="0.5"),
    ]
    everything = pd.concat([*others, own], ignore_index=True)
    read = scores_of(everything, study)
    pd.testing.assert_frame_equal(read, scores_of(gathered(scores), study))
    authors = scores_of(everything, dataclasses.replace(study, run="audit/authors"))
    assert len(authors) == len(read)
    assert (authors["value"] == 0).all()


@pytest.mark.parametrize(
    ("read", "columns"),
    [
        (scores_of, SCORE_COLUMNS),
        (folds_of, ["task", "ir", "method"]),
        (fold_sizes_of, ["task", "ir", "method"]),
        (curves_of, ["task", "ir", "method"]),
        (lambda frame, study: scores_of_sweep(frame, {"0.4": study}), SCORE_COLUMNS),
    ],
    ids=["scores", "folds", "sizes", "curves", "sweep"],
)
def test_nothing_was_gathered_and_nothing_of_this_run(read, columns, study):
    assert read(gather([]), study).empty
    other = pd.DataFrame([["a"] * len(columns)], columns=columns)
    assert read(gathered(other, run="audit/authors"), study).empty


def test_a_cell_without_one_of_the_methods_is_refused(scores, study, mixed, mixed_scores):
    lacking = scores[~((scores["ir"] == "0.01") & (scores["method"] == "remix"))]
    with pytest.raises(ResultError, match=r"musk, IR 0\.01 has no scores of remix; make these first"):
        scores_of(gathered(lacking), study)
    lacking = by_method(study, "musk", "0.05", ["baseline", "smote"])
    with pytest.raises(ResultError, match=r"musk, IR 0\.05 has no training record of remix"):
        folds_of(gathered(lacking), study)
    lacking = by_method(study, "musk", "0.05", ["baseline"], **{"class": [0, 1]})
    with pytest.raises(ResultError, match=r"musk, IR 0\.05 has no curves of smote, remix"):
        curves_of(gathered(lacking), study)
    # Methods for images are asked for on images alone.
    read = scores_of(gathered(mixed_scores), mixed)
    assert read.groupby("kind")["method"].nunique().to_dict() == {
        "binary": 3, "multiclass": 3, "binary_images": 4,
    }  # fmt: skip
    lost = (mixed_scores["method"] == "augment") & (mixed_scores["ir"] == "0.1")
    with pytest.raises(ResultError, match=r"shirt, IR 0\.1 has no scores of augment"):
        scores_of(gathered(mixed_scores[~lost]), mixed)


def test_the_sizes_of_the_folds_are_those_of_the_baseline(study):
    """Some methods change the training part."""
    rows = by_method(study, "musk", "0.05", repeat=0, fold=[0, 1], train_rows=[70, 71], test_rows=[101, 100])
    rows.loc[rows["method"] == "smote", "train_rows"] = 140
    sizes = fold_sizes_of(gathered(rows), study)
    assert sizes[["task", "ir", "repeat", "fold", "train_rows", "test_rows"]].to_numpy().tolist() == [
        ["musk", "0.05", 0, 0, 70, 101],
        ["musk", "0.05", 0, 1, 71, 100],
    ]


def test_curves_come_back_in_the_studys_order_and_know_the_minority(study):
    rows = [
        by_method(study, "landsat", "0.1", **{"class": [0, 1]}),
        by_method(study, "landsat", "0.1", **{"class": [2, 2]}),
        by_method(study, "musk", "0.01", **{"class": [0, 1]}),
    ]
    curves = curves_of(gathered(pd.concat(rows)), study)
    assert curves["task"].drop_duplicates().tolist() == ["musk", "landsat"]
    assert curves["kind"].drop_duplicates().tolist() == ["binary", "multiclass"]
    minority = curves[curves["minority"]].groupby("task")["class"].unique()
    assert {task: labels.tolist() for task, labels in minority.items()} == {"musk": [1], "landsat": [1, 2]}


def test_the_sweep_comes_by_alpha(scores, study):
    own = scores.loc[scores["method"] == "remix", SCORE_COLUMNS]
    runs = {alpha: dataclasses.replace(study, run=f"sweep/{alpha}", entries={"remix": study.entries["remix"]})
            for alpha in ("0.1", "0.4")}  # fmt: skip
    parts = [own.assign(run="sweep/0.4", value=own["value"] + 0.1), own.assign(run="sweep/0.1")]
    read = scores_of_sweep(pd.concat(parts, ignore_index=True), runs)
    assert read["alpha"].drop_duplicates().tolist() == [0.1, 0.4]
    first, second = (part["value"].to_numpy() for _, part in read.groupby("alpha"))
    assert second == pytest.approx(first + 0.1)


def test_what_cells_have_is_gathered_as_it_is_written(scores, study, tmp_path):
    """A cell that has nothing of a kind has a file without rows."""
    paths = []
    for (task, ir), part in scores.groupby(["task", "ir"], sort=False):
        paths.append(tmp_path / f"{task}-{ir}.csv")
        part[SCORE_COLUMNS].assign(run="study").to_csv(paths[-1], index=False)
    empty = tmp_path / "empty.csv"
    empty.write_text("task,ir,method,correction\n")
    everything = gather([empty, *paths])
    pd.testing.assert_frame_equal(everything[SCORE_COLUMNS], scores[SCORE_COLUMNS], check_dtype=False)
    assert gather([empty]).columns.tolist() == ["task", "ir", "method", "correction"]
    write_parquet(everything, tmp_path / "all.parquet")
    pd.testing.assert_frame_equal(gather([tmp_path / "all.parquet"]), everything)
    cell = scores_of(gather(paths[:1]), study)
    pd.testing.assert_frame_equal(cell, scores_of(everything, study)[: len(cell)])


def test_tables_keep_ratios_as_text(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("ir,reasons,gain\n0.10,,0.5\n")
    table = read_table(path)
    assert table.iloc[0].tolist() == ["0.10", "", 0.5]


def test_repeats_that_a_task_does_not_have_are_left_out(scores, study):
    study = dataclasses.replace(
        study,
        protocol=dataclasses.replace(study.protocol, repeats=3),
        switches=Switches(binary_repeats=2),
    )
    read = scores_of(
        gathered(pd.concat([scores.assign(repeat=r) for r in range(4)], ignore_index=True)), study
    )
    assert set(read.loc[read["kind"] == "binary", "repeat"]) == {0, 1}
    assert set(read.loc[read["kind"] == "multiclass", "repeat"]) == {0, 1, 2}


def test_a_switch_exchanges_the_balanced_brier_score_of_binary_tasks(scores, study):
    proper = scores["metric"] == "balanced_brier"
    inverted = scores[proper].assign(metric="balanced_brier_inverted", value=1 - scores.loc[proper, "value"])
    everything = gathered(pd.concat([scores, inverted], ignore_index=True))
    switched = dataclasses.replace(study, switches=Switches(binary_bbs="negatives_inverted"))
    keys = ["task", "ir", "method", "fold", "metric"]

    def values(study, kind):
        read = scores_of(everything, study)
        chosen = read[(read["metric"] == "balanced_brier") & (read["kind"] == kind)]
        return chosen.sort_values(keys)["value"].to_numpy()

    assert values(switched, "binary") == pytest.approx(1 - values(study, "binary"))
    assert values(switched, "multiclass") == pytest.approx(values(study, "multiclass"))
