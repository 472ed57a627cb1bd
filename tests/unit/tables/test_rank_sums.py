import dataclasses
import re

import pandas as pd

from remix.study.results.tables.rank_sums import rank_sums_markdown, rank_sums_table, ties_remark


def line(table, kind, metric, method):
    return table.set_index(["kind", "metric", "method"]).loc[(kind, metric, method)]


def test_ours_beside_the_printed(scores, study, table2):
    table = rank_sums_table(scores, study, table2)
    smote = line(table, "binary", "g_mean", "smote")
    assert (smote["rank_sum"], smote["mean_rank"], smote["position"], smote["n_cells"]) == (3, 1.5, 1, 2)
    printed = smote[[f"published_{each}" for each in ("rank_sum", "mean_rank", "position", "n_cells")]]
    assert printed.tolist() == [36, 2, 2, 18]
    # Baseline and ReMix tie at IR 0.01 for rank 2; at 0.05 they are third and first.
    assert line(table, "binary", "g_mean", "baseline")["rank_sum"] == 5
    assert line(table, "binary", "g_mean", "remix")["rank_sum"] == 3
    assert line(table, "multiclass", "balanced_brier", "smote")["rank_sum"] == 3


def test_markdown(scores, study, table2, coverage):
    text = rank_sums_markdown(rank_sums_table(scores, study, table2), study, coverage)
    assert [cell.strip() for cell in text.splitlines()[6].split("|")[1:-1]][:3] == [
        "Method", "Binary GM, ours (2 cells)", "Binary GM, paper (18 cells)",
    ]  # fmt: skip
    assert [cell.strip() for cell in text.splitlines()[10].split("|")[1:-1]][:3] == [
        "ReMix", "**3** (1.50)", "**22** (1.22)",
    ]  # fmt: skip
    assert "7 epochs" in text
    assert "aps (0.01)" in text
    assert "compare the mean ranks, not the sums" in text


def test_what_has_no_cells_is_a_visible_gap(scores, no_scores, study, table2, coverage):
    binary = rank_sums_table(scores[scores["kind"] == "binary"], study, table2)
    assert pd.isna(line(binary, "multiclass", "g_mean", "remix")["rank_sum"])
    assert "Multi-class GM, ours (0 cells)" in rank_sums_markdown(binary, study, coverage)
    assert ties_remark(rank_sums_table(no_scores, study, table2)) == ""


def test_other_methods_than_the_papers_are_remarked(scores, study, table2, coverage):
    more = dataclasses.replace(study, entries={**study.entries, "mine": {"title": "Mine"}})
    added = scores[scores["method"] == "smote"].assign(method="mine")
    table = rank_sums_table(pd.concat([scores, added]), more, table2)
    assert pd.isna(line(table, "binary", "g_mean", "mine")["published_rank_sum"])
    text = rank_sums_markdown(table, more, coverage)
    assert "The study ranks 4 methods and the paper 3: even mean ranks cannot be compared" in text


def test_methods_only_in_the_paper_are_kept(scores, study, table2):
    fewer = dataclasses.replace(study, entries={k: v for k, v in study.entries.items() if k != "smote"})
    table = rank_sums_table(scores[scores["method"] != "smote"], fewer, table2)
    smote = line(table, "binary", "g_mean", "smote")
    assert pd.isna(smote["rank_sum"])
    assert smote["published_rank_sum"] == 36


def test_average_ties_beside_the_lowest(scores, study, table2, coverage):
    table = rank_sums_table(scores, study, table2)
    # Baseline and ReMix tie at IR 0.01 for the ranks 2 and 3.
    baseline = line(table, "binary", "g_mean", "baseline")
    assert (baseline["rank_sum"], baseline["average_rank_sum"]) == (5, 5.5)
    assert (baseline["average_mean_rank"], baseline["average_position"]) == (2.75, 3)
    assert line(table, "binary", "g_mean", "smote")["average_rank_sum"] == 3
    text = rank_sums_markdown(table, study, coverage)
    assert "these sums rise: Binary GM: Baseline 5 → 5.5, ReMix 3 → 3.5" in text
    # SMOTE and ReMix share the first place with 'min', not with 'average'.
    assert "The order of the methods changes in Binary GM" in text


def test_without_ties_the_sums_are_the_same(scores, study, table2):
    untied = scores.assign(value=scores["value"] + 0.001 * scores["method"].map(len))
    table = rank_sums_table(untied, study, table2)
    assert (table["rank_sum"] == table["average_rank_sum"]).all()
    assert ties_remark(table).startswith("No two methods are equal in any cell")


def test_images_have_rows_where_there_are_cells(scores, mixed_scores, image_scores, study, mixed, table2):
    table = rank_sums_table(mixed_scores, mixed, table2)
    on_images = table["kind"] == "binary_images"
    assert set(table["kind"]) == {"binary", "multiclass", "binary_images"}
    pd.testing.assert_frame_equal(table[~on_images], rank_sums_table(scores, study, table2))
    sums = table[on_images & (table["metric"] == "g_mean")].set_index("method")["rank_sum"]
    # Of 0.5, 0.25, 0.625, 0.75 at 0.1 and of 0.5, 0.5, 0.75, 0.625 at 0.05.
    assert sums.to_dict() == {"baseline": 3 + 3, "smote": 4 + 3, "remix": 2 + 1, "augment": 1 + 2}
    assert table.loc[on_images, "published_rank_sum"].isna().all()
    alone = rank_sums_table(image_scores, mixed, table2)
    assert alone.loc[alone["kind"] == "binary", "rank_sum"].isna().all()


def test_on_images_nothing_is_compared_with_the_paper(mixed_scores, mixed, table2, mixed_coverage):
    text = rank_sums_markdown(rank_sums_table(mixed_scores, mixed, table2), mixed, mixed_coverage)
    images = text.partition("## On images")[2]
    assert re.search(r"^\| Augment +\| +\*\*3\*\* \(1\.50\) \| +\*\*3\*\* \(1\.50\) \|$", images, re.M)
    assert "Binary images GM (2 cells)" in images
    assert "paper (" not in images
    # Methods for images alone do not make the tables another comparison.
    assert "The study ranks" not in text
