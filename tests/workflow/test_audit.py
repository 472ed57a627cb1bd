"""The audit and the switches, run for real: what differs is trained, what is the same is not."""

import json

import pandas as pd
import pytest

from remix.study import predictions

pytestmark = pytest.mark.workflow

AUDIT = """\
audit: {train: true, overlays: [../theirs.yaml], repeats: 1}
"""
THEIRS = """\
switches:
  cost_weights: ignored
  binary_bbs: negatives_inverted
  balance: multinomial
  multiclass_irs: [0.25, 0.2]
"""


def as_printed_tasks(project):
    """Let the copy's Table 1 hold the test's tasks, so that they are compared with the printed ranks."""
    path = project.folder / "config/published/table1.csv"
    path.write_text(path.read_text().replace("\nmusk,", "\nbreast_cancer,").replace("\nlandsat,", "\nwine,"))


def audit(project):
    (project.folder / "theirs.yaml").write_text(THEIRS)
    return project.overlay(AUDIT, "audit.yaml")


def added(project, before):
    """Task, IR, run and method, the first that wants it, of what was trained since."""
    first = {}
    for use, path in project.listed().items():
        first.setdefault(path, use)
    return {use for path, use in first.items() if path not in before}


def test_the_audit_from_end_to_end(finished):
    as_printed_tasks(finished)
    overlay = audit(finished)
    # By the key alone, without a target.
    planned = finished.planned_jobs(overlay)
    # The two cells of the study, and wine at 0.2, which only a deviation has.
    assert (planned["train"], planned["variant"], planned["tables"]) == (3, 1, 1)

    before = finished.trainings()
    finished.run(overlay, arguments=["audit"])
    assert before.items() <= finished.trainings().items()
    # balance: ReMix on two cells; multiclass_irs: five methods on wine at 0.2; all together: ReMix there.
    methods = ["baseline", "cost", "smote", "mixup", "remix"]
    assert added(finished, before) == {
        ("breast_cancer", "0.1", "audit/balance_multinomial", "remix"),
        ("wine", "0.25", "audit/balance_multinomial", "remix"),
        *(("wine", "0.2", "audit/multiclass_irs", method) for method in methods),
        ("wine", "0.2", "audit/theirs", "remix"),
    }
    assert len(finished.trainings()) == len(before) + 2 + 5 + 1

    tables = finished.folder / "results/tables"
    table = pd.read_csv(tables / "audit.csv")
    assert list(dict.fromkeys(table["protocol"])) == [
        "study", "study_alike", "cost_weights", "binary_bbs", "balance", "multiclass_irs", "theirs",
    ]  # fmt: skip
    keys = ["protocol", "kind", "metric", "method"]
    ranks = table.set_index(keys)["rank_sum"].sort_index()
    for metric in ("g_mean", "balanced_brier"):
        same = ranks["cost_weights", "binary", metric]
        assert same["cost"] == same["baseline"]
    assert (table.loc[table["protocol"] == "multiclass_irs", "n_cells"] == [1] * 10 + [2] * 10).all()

    effects = pd.read_csv(tables / "audit_effects.csv")
    change = effects[effects["ir"] == "All"].set_index(keys)["change"].sort_index()
    assert change["balance", "binary", "g_mean", "baseline"] == 0
    assert change["binary_bbs", "binary", "balanced_brier"].abs().min() > 0
    assert (change["binary_bbs", "multiclass", "balanced_brier"] == 0).all()
    text = (tables / "audit.md").read_text()
    assert "| as printed " in text
    assert "| all of theirs.yaml " in text
    # Of one cell each, nothing can be decided.
    claims = pd.read_csv(tables / "audit_claims.csv")
    assert set(claims["verdict"]) == {"undecided"}
    assert finished.planned_jobs(overlay, arguments=["audit"]) == {}

    # A training that another version has made: nothing is trained anew, and each table says so.
    path = finished.folder / "results/cells/wine/0.25/1.json"
    entries = json.loads(path.read_text())
    (entry,) = (each for each in entries if each["uses"][0][:2] == ["audit/balance_multinomial", "remix"])
    entry["made_by"]["tensorflow"] = "1.0"
    path.write_text(json.dumps(entries))
    before = finished.trainings()
    finished.run(overlay, arguments=["audit"])
    assert finished.trainings() == before
    for name in ("audit", "audit_claims", "audit_effects"):
        text = (tables / f"{name}.md").read_text()
        assert "**Warning.** Not the same version of tensorflow for all trainings" in text
        assert ", 1.0 (1)." in text


def test_an_audit_that_is_not_asked_for_starts_nothing(finished):
    result = finished.run(arguments=["-n", "audit"], check=False)
    assert result.returncode == 1
    assert "Nothing was started: the audit is not asked for; use `make audit`" in result.stdout
    assert "Traceback" not in result.stdout


def test_every_study_is_rescored(finished):
    table = finished.folder / "results/tables/rescored.md"
    assert "Nothing can be compared" in table.read_text()
    as_printed_tasks(finished)
    before = finished.trainings()
    finished.run(arguments=["results/tables/rescored.md"])
    assert finished.trainings() == before
    assert "| cost_weights ignored " in table.read_text()
    assert "| epochs 500 " not in table.read_text()


def test_methods_that_are_trained_alike_are_trained_once(project):
    only = {"tasks": ["breast_cancer"], "methods": ["baseline", "cost"]}
    switches = project.overlay({"switches": {"cost_weights": "ignored"}, "study": only})
    project.run(switches, arguments=["results/trainings.parquet"])
    assert len(project.trainings()) == 1
    baseline, cost = (
        predictions("breast_cancer", "0.1", method, folder=project.folder / "results")
        for method in ("baseline", "cost")
    )
    pd.testing.assert_frame_equal(baseline, cost)


def test_means_over_the_whole_dataset(project):
    """The switch needs a catalogue that does not say that nothing is missing."""
    text = (project.folder / "tables/wine.csv").read_text().splitlines()
    # A gap in the first feature of every third row.
    lines = [text[0]] + [
        "," + line.split(",", 1)[1] if i % 3 == 0 else line for i, line in enumerate(text[1:])
    ]
    (project.folder / "tables/wine.csv").write_text("\n".join(lines) + "\n")
    only = {"study": {"tasks": ["wine"], "methods": ["baseline"]}}
    found = {}
    for where in ("training_part", "dataset"):
        overlay = project.overlay(only | {"switches": {"imputation": where}}, f"{where}.yaml")
        project.run(overlay, arguments=["results/trainings.parquet"])
        found[where] = predictions("wine", "0.25", "baseline", folder=project.folder / "results")
    assert (found["dataset"]["p_0"] != found["training_part"]["p_0"]).any()
    pd.testing.assert_frame_equal(found["dataset"].iloc[:, :4], found["training_part"].iloc[:, :4])
