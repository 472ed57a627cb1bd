"""The page of a table."""

import pandas as pd
import pytest

from remix.study.report import pages


@pytest.mark.parametrize(("lines", "shown", "says"), [(3, 3, False), (5, 3, True)])
def test_a_page_holds_so_many_lines_and_names_the_file_with_the_others(
    tmp_path, monkeypatch, lines, shown, says
):
    monkeypatch.setattr(pages, "MOST_VALUES", 3)
    csv = tmp_path / "tests.csv"
    pd.DataFrame({"value": [f"line-{k}" for k in range(lines)]}).to_csv(csv, index=False)
    csv.with_suffix(".md").write_text("# Tests\n")
    text = pages.table_page(csv, pages.Look("", ""))
    assert text.count("line-") == text.count("line-0") * shown > 0
    assert ("first 3 of 5 lines; all are in" in text) is says
