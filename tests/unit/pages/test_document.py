import html
import re

import pandas as pd

from remix.study.report.document import html_fragment, html_page, values_table

FRAME = pd.DataFrame(
    {
        "task": ["musk", "<script>alert('x')</script>"],
        "ir": ["0.05", "0.01"],
        "cells": pd.array([12345, None], dtype="Int64"),
        "p": [0.000123456, float("nan")],
        "agrees": [True, False],
    }
)


def cells(table):
    rows = re.findall(r"<tr>(.*?)</tr>", table, re.S)[1:]
    return [re.findall(r"<td([^>]*)>(.*?)</td>", row) for row in rows]


def test_numbers_are_rounded_and_keep_their_full_value():
    first, second = cells(values_table(FRAME))
    assert first[3] == (' class="number" data-value="0.000123456"', "0.0001235")
    assert second[3] == (' class="number" data-value=""', "–")


def test_whole_numbers_texts_and_truth_values_are_as_they_are():
    first, second = cells(values_table(FRAME))
    assert first[1] == ("", "0.05")
    assert first[2] == (' class="number"', "12345")
    assert second[2] == (' class="number" data-value=""', "–")
    assert [row[4] for row in (first, second)] == [("", "True"), ("", "False")]


def test_everything_is_escaped():
    hostile = "<script>alert('x')</script>"
    page = html_page(
        f"# Title {hostile}\n\n{hostile} [a](javascript:alert(1))\n\n| a |\n|:--|\n| {hostile} |\n",
        style="",
        script="",
        pictures={hostile: b"x"},
        values=FRAME.rename(columns={"p": hostile}),
    )
    assert hostile not in page
    assert page.count(html.escape(hostile)) + page.count(html.escape(hostile, quote=False)) >= 6
    assert 'href="javascript' not in page


def test_a_page_holds_all_it_needs():
    page = html_page("# Gains\n\nText.", style="p { color: red }", script="let a = 1;", values=FRAME)
    assert "<title>Gains</title>" in page
    assert "<h1>Gains</h1>" in page
    assert "<style>\np { color: red }</style>" in page
    assert "<script>\nlet a = 1;</script>" in page
    assert "All values (2 rows)" in page
    assert not re.search(r'(?:src|href)="(?!data:)', page)


def test_markdown_tables_keep_their_alignment_and_emphasis():
    fragment = html_fragment("| a | b |\n|:--|--:|\n| x | **1.5** ± 0.1 |\n")
    assert '<div class="table"><table>' in fragment
    assert '<td style="text-align:right"><strong>1.5</strong> ± 0.1</td>' in fragment
    assert fragment.count("</table></div>") == 1


def test_pictures_are_in_the_page():
    page = html_page("# A", style="", script="", pictures={"Reliability": b"<svg/>"})
    assert '<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="Reliability">' in page
