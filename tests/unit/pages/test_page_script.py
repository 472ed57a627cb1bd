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


def test_rows_are_as_they_were(opened):
    shown, dom = opened("")
    assert shown == "bacd"
    assert "4 rows" in dom
    assert dom.count('aria-sort="none"') == 3
    assert dom.count('title="0.123412"') == 1


def test_numbers_sort_by_their_full_value_and_absent_ones_stay_last(opened):
    assert opened(click(2))[0] == "adbc"
    shown, dom = opened(click(2, times=2))
    assert shown == "bdac"
    assert dom.count('aria-sort="descending"') == 1


def test_a_third_click_restores_the_order(opened):
    assert opened(click(2, times=3))[0] == "bacd"


def test_texts_sort_by_the_alphabet(opened):
    shown, dom = opened(click(2) + click(0))
    assert shown == "abcd"
    assert dom.count('aria-sort="ascending"') == 1


def test_ratios_sort_by_value_with_words_after_them(opened):
    assert opened(click(1))[0] == "abdc"


def test_the_filter_keeps_rows_with_every_word_and_counts_them(opened):
    write = (
        "const box = document.querySelector('.tools input'); box.value = '0.12 0.1';"
        "box.dispatchEvent(new Event('input'));"
    )
    shown, dom = opened(write)
    assert shown == "bd"
    assert "2 of 4 rows" in dom


def test_the_shown_rows_can_be_saved_with_full_values(opened):
    write = (
        "const box = document.querySelector('.tools input'); box.value = '0.12';"
        "box.dispatchEvent(new Event('input')); const save = document.querySelector('.tools a');"
        "save.addEventListener('click', (event) => event.preventDefault()); save.click();"
    )
    _, dom = opened(write)
    assert "data:text/csv;charset=utf-8,name%2Cir%2Cgain%0Ab%2C0.05%2C0.123412%0Ad%2C0.1%2C0.123411%0A" in dom
