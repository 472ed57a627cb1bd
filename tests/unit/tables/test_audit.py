"""The audit's tables on a small made-up study, against numbers worked out by hand."""

import dataclasses
import re

import pandas as pd
import pytest
from scipy.stats import kendalltau

from remix.protocol import TableProtocol
from remix.study.results.by_protocol import (
    STUDY_ALIKE,
    Run,
    compared,
    setting_texts,
    unchanged_note,
    without_effect,
)
from remix.study.results.runs import Runs
from remix.study.results.tables.audit import audit_markdown, audit_table
from remix.study.results.tables.audit_effects import audit_effects, audit_effects_markdown
from remix.study.results.training_table import COMPARED
from remix.study.study import STUDY, Switches
from remix.study.sweep import Sweep


@pytest.fixture
def runs(study, scores):
    """The study, and one whose ReMix is worse by 0.5 in both metrics."""
    worse = scores.copy()
    of_remix = worse["method"] == "remix"
    sign = worse["metric"].map({"g_mean": -1, "balanced_brier": 1})
    worse.loc[of_remix, "value"] += 0.5 * sign[of_remix]
    authors = dataclasses.replace(study, switches=Switches(balance="multinomial"))
    return {
        STUDY: Run(study, scores),
        STUDY_ALIKE: Run(study, scores),
        "balance": Run(authors, worse),
    }


@pytest.fixture
def table(runs, table2):
    return audit_table(runs, table2, {"musk", "aps", "landsat"})


def row(table, protocol, kind, metric, method):
    return table.set_index(["protocol", "kind", "metric", "method"]).loc[protocol, kind, metric, method]


def test_sums_and_settings(table):
    # G-means of musk: 0.5, 0.75, 0.875 at 0.05; 0.25, 0.375, 0.25 at 0.01.
    sums = {m: row(table, STUDY, "binary", "g_mean", m)["rank_sum"] for m in ("baseline", "smote", "remix")}
    assert sums == {"baseline": 3 + 2, "smote": 2 + 1, "remix": 1 + 2}
    assert row(table, "balance", "binary", "g_mean", "remix")["rank_sum"] == 3 + 3
    assert list(dict.fromkeys(table["setting"])) == [
        "as configured, 1 repeats",
        "as configured, first 1 repeats",
        "balance multinomial",
    ]


def test_what_the_printed_sums_allow(table):
    """Printed 36 over 18 cells of 3 methods, of which 16 are not here: they hold 16 to 48 of it."""
    smote = row(table, STUDY, "binary", "g_mean", "smote")
    assert (smote["lowest"], smote["highest"], smote["contradiction"]) == (2, 6, 0)
    remix = row(table, STUDY, "multiclass", "balanced_brier", "remix")  # printed 9 over 9 cells, 1 here
    assert (remix["lowest"], remix["highest"], remix["contradiction"]) == (1, 1, 0)
    assert row(table, "balance", "multiclass", "balanced_brier", "remix")["contradiction"] == 2


def test_distances(table):
    part = table[(table["protocol"] == STUDY) & (table["kind"] == "binary") & (table["metric"] == "g_mean")]
    printed = [65 / 18, 36 / 18, 22 / 18]
    expected = sum(abs(a - b) for a, b in zip([5 / 2, 3 / 2, 3 / 2], printed, strict=True)) / 3
    assert part["distance"].tolist() == pytest.approx([expected] * 3)
    assert part["tau"].iloc[0] == pytest.approx(kendalltau([5, 3, 3], [65, 36, 22]).statistic)


def test_other_tasks_and_methods_take_no_part(runs, table2):
    only = audit_table(runs, table2, {"landsat"})
    assert set(only["kind"]) == {"multiclass"}
    further = {
        name: Run(
            dataclasses.replace(run.study, entries={**run.study.entries, "mine": {"title": "Mine"}}),
            pd.concat([run.scores, run.scores[run.scores["method"] == "remix"].assign(method="mine")]),
        )
        for name, run in runs.items()
    }
    pd.testing.assert_frame_equal(
        audit_table(further, table2, {"musk", "landsat"}), audit_table(runs, table2, {"musk", "landsat"})
    )


def test_a_study_without_the_printed_methods_or_tasks_says_so(runs, table2, coverage):
    for table in (
        audit_table(runs, table2, {"other"}),
        audit_table(runs, table2.replace({"method": {"smote": "cost"}}), {"musk"}),
    ):
        assert table.empty
        assert "Nothing can be compared" in audit_markdown(table, coverage)


def test_the_table_for_people(table, coverage):
    text = audit_markdown(table, coverage)
    assert "## Binary GM (2 cells here, 18 cells in the paper)" in text
    assert "| as printed " in text
    assert "| balance multinomial " in text
    printed = r"\| Multi-class BBS +\| Printed remix +\| +9 \| +1 to 1 \| +1 \| +3 \(2 outside\) \|"
    assert re.search(printed, text)


def test_effects_are_positive_where_the_method_gets_better(runs):
    table = audit_effects(runs)
    assert set(table["protocol"]) == {"balance"}
    means = table.set_index(["kind", "metric", "method", "ir", "task"])["change"]
    assert means.index.is_unique
    for metric in ("g_mean", "balanced_brier"):
        assert means["binary", metric, "remix", "0.01", "All"] == pytest.approx(-0.5)
        assert means["multiclass", metric, "remix", "All", "All"] == pytest.approx(-0.5)
        assert means["binary", metric, "smote", "All", "All"] == 0


def test_effects_of_a_task_are_over_its_ratios(runs):
    changes = audit_effects(runs).query("kind == 'binary' and metric == 'g_mean' and method == 'remix'")
    by_cells = changes.set_index(["ir", "task"])
    assert set(changes["task"]) == {"musk", "All"}
    both = by_cells.loc[[("0.05", "All"), ("0.01", "All")], "change"]
    assert by_cells.loc[("All", "musk"), "change"] == pytest.approx(both.mean())
    assert by_cells.loc[("All", "musk"), "n_cells"] == 2


def test_cells_of_one_side_only_take_no_part(runs):
    scores = runs["balance"].scores
    fewer = Run(runs["balance"].study, scores[scores["ir"] != "0.05"])
    table = audit_effects({**runs, "balance": fewer})
    assert set(table.loc[table["kind"] == "binary", "ir"]) == {"0.01", "All"}


def test_effects_for_people_show_what_changes(runs, coverage):
    text = audit_effects_markdown(audit_effects(runs), coverage)
    assert re.search(r"\| balance multinomial +\| ReMix +\| +-0.500 \|", text)
    assert "SMOTE" not in text
    assert re.search(r"\| Protocol +\| Method +\| +musk \|", text)
    same = audit_effects({**runs, "balance": runs[STUDY]})
    assert "No deviation changes anything." in audit_effects_markdown(same, coverage)


def test_images_do_not_disturb_the_printed_table(runs, mixed, image_scores, table2):
    tasks = {"musk", "aps", "landsat", "shirt"}
    more = {
        name: Run(
            dataclasses.replace(mixed, switches=run.study.switches),
            pd.concat([run.scores, image_scores], ignore_index=True),
        )
        for name, run in runs.items()
    }
    pd.testing.assert_frame_equal(audit_table(more, table2, tasks), audit_table(runs, table2, tasks))
    effects = audit_effects(more)
    assert "augment" in set(effects.loc[effects["kind"] == "binary_images", "method"])
    assert "augment" not in set(effects.loc[effects["kind"] == "binary", "method"])
    assert effects["change"].notna().all()
    alone = {name: Run(mixed, image_scores) for name in runs}
    assert audit_table(alone, table2, {"shirt"}).empty


def test_settings_without_effect_are_found(runs, mixed, image_scores):
    assert without_effect(runs) == []
    same = Run(runs[STUDY].study, runs[STUDY].scores.set_axis(range(7, 7 + len(runs[STUDY].scores))))
    assert without_effect({**runs, "images": same}) == ["images"]
    fewer = Run(same.study, same.scores[same.scores["task"] != "musk"])
    assert without_effect({**runs, "images": fewer}) == []
    assert unchanged_note([]) == ""
    assert unchanged_note(["images epochs 9", "a 1"]).endswith("cells and folds: images epochs 9; a 1.")


def test_nested_settings_are_named(runs, mixed, table, coverage):
    def run(**protocol):
        changed = dataclasses.replace(mixed.protocol, **protocol)
        return Run(dataclasses.replace(mixed, protocol=changed), runs[STUDY].scores)

    texts = setting_texts(
        {
            STUDY: run(),
            "images": run(images=dataclasses.replace(mixed.protocol.images, epochs=500)),
            "clip": run(tables=TableProtocol(3.0, hidden_layers=3, width_divisor={}, dropout=0.1)),
            "epochs": run(epochs=9),
            "authors": run(epochs=9),
        }
    )
    assert list(texts.values())[1:] == ["images epochs 500", "clip 3.0", "epochs 9", "all of authors.yaml"]
    assert "Left out: a." in audit_markdown(table, coverage, "Left out: a.")


def test_what_is_left_out_of_the_deviations_is_left_out_of_what_they_are_compared_with(study, scores):
    authors = dataclasses.replace(study, run="audit/a", switches=Switches(balance="multinomial"))
    authors = authors.only(["musk", "aps"])
    worse = scores[scores["task"].isin(authors.tasks)]
    worse = worse.assign(run="audit/a", value=worse["value"] / 2)
    runs = Runs(
        study=study,
        sweep=Sweep([], "remix", [0.1]),
        swept={},
        audited={STUDY: study, "balance": authors},
        free={},
        audit_repeats=1,
        pictured={},
    )
    trainings = pd.DataFrame(columns=["training", *COMPARED])
    found = compared(runs, pd.concat([scores.assign(run=STUDY), worse]), trainings)
    assert {name: set(run.scores["task"]) for name, run in found.runs.items()} == {
        STUDY: {"musk", "landsat"},
        STUDY_ALIKE: {"musk"},
        "balance": {"musk"},
    }
    assert set(found.runs[STUDY_ALIKE].scores["repeat"]) == {0}
    assert found.note == "Not trained under any deviation (audit.leave_out): landsat."
    alone = dataclasses.replace(runs, audited={STUDY: study})
    assert compared(alone, scores.assign(run=STUDY), trainings).note == ""
