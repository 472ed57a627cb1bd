import copy
import json
from pathlib import Path

import numpy as np
import pytest

from remix.errors import ResultError
from remix.study.results.reading import read_table
from remix.study.results.tables.scores import scores_table
from remix.study.verification import agreement_table, methods_to_verify, verification_text

REFERENCE = Path(__file__).parents[3] / "results" / "reference"
FACTS = {
    "commit": "5b22d24",
    "modified": False,
    "lock_sha256": "6831",
    "python": "3.11.7",
    "packages": {"tensorflow": "2.21.0", "numpy": "2.4.6"},
    "machine": {"processor": "AMD EPYC", "cores": 2},
}
HERE = FACTS | {"commit": "b7afc79", "packages": {"tensorflow": "2.22.0", "pandas": "3.1.1"}}


@pytest.fixture
def reference(scores):
    return scores_table(scores)


@pytest.fixture
def definition(definition_of_mixed):
    return copy.deepcopy(definition_of_mixed)


@pytest.fixture
def facts(definition):
    """The reference run's provenance, as JSON gives it back."""
    return json.loads(json.dumps(FACTS | {"study": definition}))


def moved(table, method, metric, by):
    here = (table["task"] == "musk") & (table["ir"] == "0.05")
    here &= (table["method"] == method) & (table["metric"] == metric)
    return table.assign(mean=table["mean"] + by * here)


def test_a_switch_that_the_reference_run_does_not_know_was_off_in_it(reference, facts, definition):
    del facts["study"]["switches"]["splits"]
    definition["tasks"]["musk"]["grouped"] = True
    assert methods_to_verify("musk/0.05", reference, facts, definition) == ["baseline", "smote", "remix"]
    definition["switches"]["splits"] = "groups"
    with pytest.raises(ResultError, match=r"switches\.splits is 'groups' here, 'rows' there"):
        methods_to_verify("musk/0.05", reference, facts, definition)


def test_the_same_scores_agree(reference):
    table = agreement_table(reference, reference, "musk", "0.05")
    assert len(table) == 3 * 2
    assert table["agrees"].all()
    remix = table[(table["method"] == "remix") & (table["metric"] == "g_mean")].iloc[0]
    assert (remix["reference"], remix["here"], remix["difference"]) == (0.875, 0.875, 0)
    text = verification_text("musk/0.05", table, FACTS, FACTS)
    assert text.startswith(
        "musk/0.05 agrees with the reference run: none of 6 mean scores of 3 methods differs by more than "
        "0.0005 (all are the same).\n"
    )


@pytest.mark.parametrize(
    ("by", "agrees"), [(0.00049, True), (-0.00049, True), (0.00051, False), (-0.002, False)]
)
def test_the_printed_precision_decides(reference, by, agrees):
    table = agreement_table(reference, moved(reference, "remix", "g_mean", by), "musk", "0.05")
    assert table["agrees"].all() == agrees
    assert table["agrees"].sum() >= 5
    assert table["difference"].abs().max() == pytest.approx(abs(by))


def test_another_cell_has_no_part_in_it(reference):
    other = reference.assign(mean=reference["mean"].where(reference["ir"] == "0.05", 0.0))
    assert agreement_table(reference, other, "musk", "0.05")["agrees"].all()


def test_each_mean_that_differs_has_a_line(reference):
    here = moved(moved(reference, "remix", "g_mean", -0.002), "smote", "balanced_brier", 0.03)
    text = verification_text("musk/0.05", agreement_table(reference, here, "musk", "0.05"), HERE, FACTS)
    lines = text.splitlines()
    assert lines[0] == (
        "musk/0.05 differs from the reference run: 2 of 6 mean scores of 3 methods by more than 0.0005."
    )
    assert lines[1:4] == [
        "smote, balanced_brier: 0.28000 here, 0.25000 there",
        "remix, g_mean: 0.87300 here, 0.87500 there",
        "",
    ]


def test_what_made_both_sides_stands_beside_each_other(reference):
    text = verification_text("musk/0.05", agreement_table(reference, reference, "musk", "0.05"), HERE, FACTS)
    rows = {line.split()[0]: line.split()[1:] for line in text.splitlines()[4:]}
    assert rows["commit"] == ["b7afc79", "5b22d24"]
    assert rows["tensorflow"] == ["2.22.0", "2.21.0"]
    assert rows["numpy"] == ["–", "2.4.6"]
    assert rows["pandas"] == ["3.1.1", "–"]
    assert rows["processor"] == ["AMD", "EPYC"] * 2


def test_a_mean_that_is_not_there_is_no_agreement(reference):
    lacking = reference[~((reference["method"] == "smote") & (reference["metric"] == "g_mean"))]
    table = agreement_table(reference, lacking, "musk", "0.05")
    assert table["agrees"].sum() == 5
    assert "smote, g_mean: none here, 0.75000 there" in verification_text("musk/0.05", table, HERE, FACTS)
    unknown = reference.assign(mean=reference["mean"].mask(reference["method"] == "smote"))
    assert agreement_table(reference, unknown, "musk", "0.05")["agrees"].sum() == 4


def test_methods_and_metrics_of_today_alone_are_left_out(reference):
    old = reference[(reference["method"] != "smote") & (reference["metric"] == "g_mean")]
    table = agreement_table(old, reference, "musk", "0.05")
    assert table["method"].tolist() == ["baseline", "remix"]
    assert table["agrees"].all()


def test_a_cell_that_the_reference_does_not_have(reference, facts, definition):
    for cell in ("aps/0.01", "musk", "musk/0.3", "../musk"):
        with pytest.raises(ResultError, match=rf"no cell {cell}; it has musk/0.05, musk/0.01, landsat/0.1$"):
            methods_to_verify(cell, reference, facts, definition)


def test_other_numbers_of_folds_cannot_be_compared(reference):
    with pytest.raises(ResultError, match=r"musk/0.05 cannot be compared .*: 3 folds here, 2 there"):
        agreement_table(reference, reference.assign(n_folds=3), "musk", "0.05")


def test_the_methods_of_the_reference_are_verified(reference, facts, definition):
    assert methods_to_verify("musk/0.05", reference, facts, definition) == ["baseline", "smote", "remix"]
    old = reference[reference["method"] != "smote"]
    assert methods_to_verify("musk/0.05", old, facts, definition) == ["baseline", "remix"]


def change(*keys, to):
    def changed(definition):
        inner = definition
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = to

    return changed


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (change("seed", to=2), "seed is 2 here, 1 there"),
        (change("protocol", "epochs", to=3), "protocol.epochs is 3 here, 7 there"),
        (
            change("switches", "balance", to="multinomial"),
            "switches.balance is 'multinomial' here, 'equal' there",
        ),
        (
            change("switches", "binary_repeats", to=3),
            "switches.binary_repeats is 3 here, 'all' there",
        ),
        (change("tasks", "musk", "minority", to=("0",)), r"musk.minority is \['0'\] here, \['1'\] there"),
        (change("protocol", "clip", to=5.0), "protocol.clip is 5.0 here, not a setting there"),
        (change("methods", to={"baseline": "Baseline"}), "does not have the methods smote, remix"),
        (change("tasks", "musk", "irs", to=("0.01",)), "the study here does not have it"),
        (change("tasks", to={}), "the study here does not have it"),
    ],
)
def test_another_study_cannot_be_compared(reference, facts, definition, changed, said):
    changed(definition)
    with pytest.raises(ResultError, match=rf"^musk/0.05 cannot be compared with the reference run: .*{said}"):
        methods_to_verify("musk/0.05", reference, facts, definition)


@pytest.mark.parametrize(
    "changed",
    [
        change("protocol", "images", "epochs", to=99),  # musk has none
        change("tasks", "musk", "repeats", to=10),  # older reference runs have them
        change("tasks", "musk", "title", to="Another"),
        change("tasks", "musk", "irs", to=("0.05", "0.2")),
        change("tasks", "musk", "classes", to=("0", "1")),  # JSON knows no tuples
    ],
)
def test_what_a_cell_does_not_depend_on_may_differ(reference, facts, definition, changed):
    changed(definition)
    assert len(methods_to_verify("musk/0.05", reference, facts, definition)) == 3


def test_the_committed_reference_run_can_be_verified():
    facts = json.loads((REFERENCE / "provenance.json").read_text())
    reference = read_table(REFERENCE / "tables" / "scores.csv")
    assert methods_to_verify("segment/0.05", reference, facts, facts["study"]) == [
        "baseline", "cost", "smote", "mixup", "remix",
    ]  # fmt: skip
    table = agreement_table(reference, reference, "segment", "0.05")
    assert table["agrees"].all()
    assert not np.isnan(table["here"]).any()
