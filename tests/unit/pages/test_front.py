import re

import pandas as pd
import pytest
from docutils.core import publish_parts
from jinja2 import Environment

from remix.study.compare.claims import NOT_OF_THE_PAPER
from remix.study.report.front import front_page_rst


def rendered(rst):
    """What Snakemake makes of the page: Jinja first, then docutils."""
    text = Environment(trim_blocks=True, lstrip_blocks=True).from_string(rst).render()
    return publish_parts(text, writer="html", settings_overrides={"halt_level": 2})["html_body"]


@pytest.fixture
def page(rank_sums, study, coverage, claims):
    return rendered(front_page_rst(rank_sums, study, coverage, claims, style=".a{}"))


def test_the_answer_comes_first(page):
    answer = re.search(r'<p class="answer">(.*?)</p>', page).group(1)
    assert answer == (
        "ReMix is first in 3 of the 4 columns of Table 2 that this study has; in the paper, in 4 of 4. "
        "Of 4 claims, hold: 2; do not hold: 1; undecided with this data: 1."
    )
    assert page.index("answer") < page.index("3 of 3 cells") < page.index('rank-table"')


def test_a_warning_comes_before_the_answer(rank_sums, study, coverage, claims):
    warnings = ["Not the same version of a<b."]
    page = rendered(front_page_rst(rank_sums, study, coverage, claims, warnings=warnings, style=".a{}"))
    assert page.index("Not the same version of a&lt;b.") < page.index('class="answer"')


def test_ranks_stand_beside_the_printed_ones(page):
    table = re.search(r'<table class="dataframe rank-table">.*?</table>', page, re.S).group(0)
    assert table.count('colspan="2"') == 4
    assert "ours<small>2 cells</small>" in table
    assert "ours<small>1 cell</small>" in table
    remix = table[table.index("<th>ReMix</th>") :]
    assert re.findall(r"<td>(.*?)</td>", remix) == [
        "4 (2.00)",
        "<strong>22 (1.22)</strong>",
        "<strong>2 (1.00)</strong>",
        "<strong>22 (1.22)</strong>",
        "<strong>1 (1.00)</strong>",
        "<strong>12 (1.33)</strong>",
        "<strong>1 (1.00)</strong>",
        "<strong>9 (1.00)</strong>",
    ]


def test_each_claim_has_its_verdict_and_evidence(page):
    table = re.search(r'<table class="dataframe claims-table">.*?</table>', page, re.S).group(0)
    rows = [re.findall(r"<td>(.*?)</td>", row) for row in table.split("<tr>")[1:]]
    assert rows[0] == [
        "ReMix first in GM <small>4.1</small>",
        '<span class="verdict does-not-hold">does not hold</span>',
        "-0.988 [-1.5, -0.25]<br><small>mean rank</small>",
        "14",
    ]
    assert rows[1][0].startswith("BBS falls &lt; α")
    assert rows[1][2].startswith("0.5<br>")
    assert rows[2][2:] == ["–", "–"]


def test_without_claims_the_ranks_alone_are_shown(rank_sums, study, coverage):
    page = rendered(front_page_rst(rank_sums, study, coverage, None, style=""))
    assert "rank-table" in page
    assert "claims" not in page


def test_a_study_without_remix_says_so(rank_sums, study, coverage):
    others = rank_sums.assign(
        position=rank_sums["position"].where(rank_sums["method"] != "remix").astype("Int64"),
        rank_sum=rank_sums["rank_sum"].where(rank_sums["method"] != "remix").astype("Int64"),
    )
    page = rendered(front_page_rst(others, study, coverage, None, style=""))
    assert "This study has not ranked ReMix." in page
    assert "–" in page


@pytest.mark.parametrize("title", ["{{ 1 + 1 }}", "{% endraw %}{{ 1 + 1 }}", "<b>*bold*</b>", "a\n\nb"])
def test_titles_are_only_words(rank_sums, study, coverage, title):
    renamed = rank_sums.assign(title=rank_sums["title"].replace("SMOTE", title))
    page = rendered(front_page_rst(renamed, study, coverage, None, style=""))
    assert "<b>" not in page
    assert "2</th>" not in page
    assert page.count("<tr") == 5


@pytest.mark.parametrize(
    "reason",
    ["{% endraw %}{{ 7 * 7 }}", "{%- endraw -%}{{ 7 * 7 }}", "<script>", "x\n\n.. include:: /etc/hosts\n\nx"],
)
def test_what_a_server_said_is_only_words(rank_sums, study, coverage, reason):
    """Why data is missing stands on this page, which Jinja and docutils read."""
    missing = coverage.assign(state="missing", reasons=f"url x.org/a: HTTP 404 {reason}")
    page = rendered(front_page_rst(rank_sums, study, missing, None, style=""))
    assert "HTTP 404" in page
    assert "49" not in page
    assert "<script>" not in page
    assert "localhost" not in page


def test_an_unknown_verdict_is_shown_as_it_is(rank_sums, study, coverage, claims):
    other = claims.assign(verdict="holds <barely>")
    page = rendered(front_page_rst(rank_sums, study, coverage, other, style=""))
    assert '<span class="verdict other">holds &lt;barely&gt;</span>' in page


def test_numbers_of_cells_are_whole(rank_sums, study, coverage, claims):
    page = front_page_rst(rank_sums, study, coverage, claims, style="")
    assert "14.0" not in page


@pytest.fixture
def rescored():
    lines = [
        (protocol, setting, kind, metric, distance, tau)
        for protocol, setting, distance, tau in [
            ("study", "as configured, 10 repeats", 1.1, 0.4),
            ("study_alike", "as configured, first 3 repeats", 1.0, 0.4),
            ("cost_weights", "cost_weights <ignored>", 0.25, 0.95),
        ]
        for kind in ("binary", "multiclass")
        for metric in ("g_mean", "balanced_brier")
        for _ in range(2)
    ]
    return pd.DataFrame(lines, columns=["protocol", "setting", "kind", "metric", "distance", "tau"])


def test_what_explains_the_difference(rank_sums, study, coverage, claims, rescored):
    page = rendered(front_page_rst(rank_sums, study, coverage, claims, rescored, style=""))
    assert "on average they are 0.25 ranks away from them, instead of 1.00." in page
    assert page.index('rank-table"') < page.index("What explains") < page.index("claims-table")
    table = re.search(r'<table class="dataframe rank-table distances">.*?</table>', page, re.S).group(0)
    row = table[table.index("cost_weights &lt;ignored&gt;") :]
    assert re.findall(r"<td>(.*?)</td>", row) == ["0.25<small>τ 0.95</small>"] * 4


def test_no_deviation_may_explain_it(rank_sums, study, coverage, claims, rescored):
    worse = rescored.replace({"distance": {0.25: 3.0}})
    page = rendered(front_page_rst(rank_sums, study, coverage, claims, worse, style=""))
    assert "None of them brings the ranks nearer" in page
    without = rendered(front_page_rst(rank_sums, study, coverage, claims, rescored.iloc[:0], style=""))
    assert "What explains" not in without


@pytest.fixture
def with_images(rank_sums):
    """ReMix is second of three methods in both columns on images."""
    images = rank_sums[(rank_sums["kind"] == "binary") & (rank_sums["method"] != "smote")].copy()
    images = pd.concat(
        [images, images[images["method"] == "remix"].assign(method="augment", title="Augment")]
    )
    images = images.assign(kind="binary_images", position=images["method"].map({"augment": 1, "remix": 2}))
    images[[name for name in images if name.startswith("published_")]] = float("nan")
    return pd.concat([rank_sums, images], ignore_index=True)


def test_images_have_a_table_of_their_own(with_images, rank_sums, study, coverage, claims, page):
    found = rendered(front_page_rst(with_images, study, coverage, claims, style=".a{}"))
    tables = re.findall(r'<table class="dataframe rank-table">.*?</table>', found, re.S)
    assert tables[0] == re.search(r'<table class="dataframe rank-table">.*?</table>', page, re.S).group(0)
    assert "Augment" in tables[1]
    assert "paper" not in tables[1]
    assert "ours<small>2 cells</small>" in tables[1]
    answer = re.search(r'<p class="answer">(.*?)</p>', found).group(1)
    assert "in 3 of the 4 columns of Table 2" in answer
    assert "On images, it is first in 0 of 2 columns." in answer
    assert "images" not in page


def test_claims_beside_the_papers_are_shown_and_not_counted(rank_sums, study, coverage, claims):
    beside = claims.iloc[:1].assign(claim="On Fashion", section=NOT_OF_THE_PAPER)
    page = rendered(front_page_rst(rank_sums, study, coverage, pd.concat([claims, beside]), style=""))
    assert "Of 4 claims, hold: 2;" in page
    assert "On Fashion" in page
