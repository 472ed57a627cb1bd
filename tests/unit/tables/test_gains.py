from remix.tables.gains import gains_markdown, gains_table


def test_gains_are_positive_where_the_method_is_better(scores):
    table = gains_table(scores).set_index(["kind", "metric", "ir", "method"])["gain"]
    assert table[("binary", "g_mean", "0.05", "remix")] == 0.375
    assert table[("binary", "balanced_brier", "All", "remix")] == (0.125 + 0.375) / 2
    assert table[("multiclass", "balanced_brier", "0.1", "smote")] == -0.125


def test_markdown(scores, study, coverage):
    text = gains_markdown(gains_table(scores), study, coverage)
    row = next(line for line in text.splitlines() if line.startswith("| 0.05"))
    assert [cell.strip() for cell in row.split("|")[1:-1]] == ["0.05", "1", "1", "+0.250", "**+0.375**"]
    assert text.count("## ") == 4
    assert "3 of 4 cells; missing: aps (0.01)" in text


def test_no_cells_and_no_method_to_compare(scores, no_scores, study, coverage):
    for without in (no_scores, scores[scores["method"] == "baseline"]):
        table = gains_table(without)
        assert table.empty
        assert "There is no method beside the baseline, or no cell." in gains_markdown(table, study, coverage)
