"""The script of the pages, in a browser: sorting, filtering, counting."""

import re
from pathlib import Path

import pandas as pd
import pytest
from browser import dump_dom, needs_browser

from remix.study.report.document import html_page

pytestmark = needs_browser

REPORT = Path(__file__).parents[3] / "workflow" / "report"
FRAME = pd.DataFrame(
    {
        "name": ["b", "a", "c", "d"],
        "ir": ["0.05", "0.025", "All", "0.1"],
        # Two that are equal when rounded, and one that is absent.
        "gain": [0.123412, -2.0, float("nan"), 0.123411],
    }
)


@pytest.fixture
def opened(tmp_path):
    """Gives the names in the order shown, the rows hidden, and the document, after an action."""
    page = tmp_path / "page.html"
    page.write_text(
        html_page("# Page", style="", script=(REPORT / "page.js").read_text(encoding="utf-8"), values=FRAME)
    )

    def after(action):
        dom = dump_dom(page, tmp_path, action=action)
        rows = re.findall(r"<tr( hidden=\"\")?><td>(\w)</td>", dom)
        return "".join(name for hidden, name in rows if not hidden), dom

    return after


def click(column, times=1):
    return f"document.querySelectorAll('th button')[{column}].click();" * times


def write(words):
    return (
        f"const box = document.querySelector('.tools input'); box.value = '{words}';"
        "box.dispatchEvent(new Event('input'));"
    )


@pytest.mark.parametrize(
    ("action", "names", "holds"),
    [
        ("", "bacd", ["4 rows", 'title="0.123412"']),
        (click(2), "adbc", ['aria-sort="ascending"']),
        (click(2, times=2), "bdac", ['aria-sort="descending"']),
        (click(2, times=3), "bacd", []),
        (click(2) + click(0), "abcd", ['aria-sort="ascending"']),
        (click(1), "abdc", []),
        (write("0.12 0.1"), "bd", ["2 of 4 rows"]),
    ],
    ids=[
        "as they were", "numbers by their full value, absent ones last", "absent ones last downwards too",
        "a third click restores the order", "texts by the alphabet", "ratios by value, then words",
        "the filter keeps rows with every word",
    ],
)  # fmt: skip
def test_rows_are_sorted_and_filtered(opened, action, names, holds):
    shown, dom = opened(action)
    assert shown == names
    assert all(each in dom for each in holds)
    # Rows are sorted by one column at most.
    assert dom.count('aria-sort="none"') >= 2


def test_the_shown_rows_can_be_saved_with_full_values(opened):
    save = (
        "const save = document.querySelector('.tools a');"
        "save.addEventListener('click', (event) => event.preventDefault()); save.click();"
    )
    _, dom = opened(write("0.12") + save)
    assert "data:text/csv;charset=utf-8,name%2Cir%2Cgain%0Ab%2C0.05%2C0.123412%0Ad%2C0.1%2C0.123411%0A" in dom
