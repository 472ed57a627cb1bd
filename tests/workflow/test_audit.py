"""The audit and the switches, run for real: what differs is trained, what is the same is not."""

import pandas as pd
import pytest
from extended_project import OVERLAY

from remix.study.store import read_training

pytestmark = pytest.mark.workflow

METHODS = ["baseline", "cost", "smote", "mixup", "remix", "smote_mixup"]


def audit_trainings(project):
    """Task, IR, run and method of what was trained since, and is first wanted by the audit."""
    first = {}
    for use, path in project.listed().items():
        first.setdefault(path, use)
    return {use for path, use in first.items() if path not in project.before and use[2].startswith("audit/")}


def test_what_differs_is_trained(extended_once):
    # By the key alone, without a target: two cells of the study, and wine at 0.2, which only a deviation has.
    # A dry-run counts the dataset that cannot be had, at both ratios.
    planned = extended_once.planned
    assert (planned["train"], planned["variant"], planned["tables"]) == (3 + 2, 1 + 2, 1)
    # balance: ReMix on two cells; multiclass_irs: all methods on wine at 0.2; all together: ReMix there.
    assert audit_trainings(extended_once) == {
        ("breast_cancer", "0.1", "audit/balance_multinomial", "remix"),
        ("wine", "0.25", "audit/balance_multinomial", "remix"),
        *(("wine", "0.2", "audit/multiclass_irs", method) for method in METHODS),
        ("wine", "0.2", "audit/theirs", "remix"),
    }


def test_the_audit_is_reported(extended_once):
    tables = extended_once.folder / "results/tables"
    table = pd.read_csv(tables / "audit.csv")
    assert list(dict.fromkeys(table["protocol"])) == [
        "study", "study_alike", "cost_weights", "binary_bbs", "balance", "multiclass_irs", "theirs",
    ]  # fmt: skip
    keys = ["protocol", "kind", "metric", "method"]
    ranks = table.set_index(keys)["rank_sum"].sort_index()
    for metric in ("g_mean", "balanced_brier"):
        same = ranks["cost_weights", "binary", metric]
        assert same["cost"] == same["baseline"]
    # Of the five methods that are printed, and of two scores.
    assert (table.loc[table["protocol"] == "multiclass_irs", "n_cells"] == [1] * 10 + [2] * 10).all()

    effects = pd.read_csv(tables / "audit_effects.csv")
    change = (
        effects[(effects["ir"] == "All") & (effects["task"] == "All")].set_index(keys)["change"].sort_index()
    )
    assert change["balance", "binary", "g_mean", "baseline"] == 0
    assert change["binary_bbs", "binary", "balanced_brier"].abs().min() > 0
    assert (change["binary_bbs", "multiclass", "balanced_brier"] == 0).all()
    text = (tables / "audit.md").read_text()
    assert "| as printed " in text
    assert "| all of theirs.yaml " in text
    # Of one cell each, nothing can be decided.
    claims = pd.read_csv(tables / "audit_claims.csv")
    assert set(claims["verdict"]) == {"undecided"}


def test_each_table_says_that_trainings_were_not_made_alike(extended_once):
    for name in ("audit", "audit_claims", "audit_effects"):
        text = (extended_once.folder / f"results/tables/{name}.md").read_text()
        assert "**Warning.** Not the same version of tensorflow for all trainings" in text
        assert ", 1.0 (1)." in text


def test_an_audit_that_is_there_plans_nothing_but_what_cannot_be_had(extended):
    """Which is tried again, and the cells that it would bring."""
    jobs = extended.planned_jobs(OVERLAY, arguments=["audit"])
    assert jobs["fetch"] == 1
    assert "train" not in jobs


def test_an_audit_that_is_not_asked_for_starts_nothing(finished):
    result = finished.run(arguments=["-n", "audit"], check=False)
    assert result.returncode == 1
    assert "Nothing was started: the audit is not asked for; use `make audit`" in result.stdout
    assert "Traceback" not in result.stdout


def test_every_study_is_rescored(finished_once):
    text = (finished_once.folder / "results/tables/rescored.md").read_text()
    assert "| cost_weights ignored " in text
    assert "| epochs 500 " not in text


def test_means_over_the_whole_dataset(project):
    """As a deviation. The switch needs a catalogue that does not say that nothing is missing."""
    text = (project.folder / "tables/wine.csv").read_text().splitlines()
    # A gap in the first feature of every third row.
    lines = [text[0]] + [
        "," + line.split(",", 1)[1] if i % 3 == 0 else line for i, line in enumerate(text[1:])
    ]
    (project.folder / "tables/wine.csv").write_text("\n".join(lines) + "\n")
    project.overlay({"switches": {"imputation": "dataset"}}, "imputed.yaml")
    overlay = {
        "study": {"tasks": ["wine"], "methods": ["baseline"]},
        "audit": {"train": True, "overlays": ["../imputed.yaml"], "repeats": 2},
    }
    project.run(project.overlay(overlay), arguments=["results/cells/wine/0.25/1.json"])
    listed, folder = project.listed(), project.folder / "results/trainings"
    by_part, by_dataset = (
        read_training(folder / listed["wine", "0.25", run, "baseline"]).predictions
        for run in ("study", "audit/imputation_dataset")
    )
    assert (by_dataset["p_0"] != by_part["p_0"]).any()
    pd.testing.assert_frame_equal(by_dataset.iloc[:, :4], by_part.iloc[:, :4])
