import re

import pandas as pd
import pytest
from docutils.core import publish_parts
from jinja2 import Environment

from remix.study.compare.claims import NOT_OF_THE_PAPER
from remix.study.report.document import html_fragment
from remix.study.report.front import front_page_rst
from remix.study.results.tables.rank_sums import rank_sums_markdown, rank_sums_table

NOTHING = float("nan")


@pytest.fixture
def ranks(scores, study, table2):
    return rank_sums_table(scores, study, table2)


@pytest.fixture
def claims():
    lines = [
        ("ReMix first in GM", "4.1", "mean rank", -0.98765, -1.5, -0.25, 14, "does not hold"),
        ("BBS falls < α", "4.4", "slope", 0.5, NOTHING, NOTHING, 14, "holds"),
        ("ReMix (Aug) first", "4.3", "", NOTHING, NOTHING, NOTHING, 0, "undecided"),
        ("SMOTE second", "4.1", "mean rank", 1.5, 0.5, 2.5, 14, "holds"),
    ]
    columns = ["claim", "section", "effect_name", "effect", "low", "high", "n_cells", "verdict"]
    return pd.DataFrame(lines, columns=columns)


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


@pytest.fixture
def page(ranks, study, coverage, claims, rescored):
    """Makes the page of changed tables, as Snakemake does: through Jinja, then docutils."""

    def made(**changed):
        given = {"ranks": ranks, "study": study, "coverage": coverage, "claims": claims, "rescored": rescored}
        given |= changed
        table, study_, coverage_ = (given.pop(name) for name in ("ranks", "study", "coverage"))
        rst = front_page_rst(table, rank_sums_markdown(table, study_, coverage_), **given, style=".a{}")
        text = Environment(trim_blocks=True, lstrip_blocks=True).from_string(rst).render()
        return publish_parts(text, writer="html", settings_overrides={"halt_level": 2})["html_body"]

    return made


def answer(page):
    return re.search(r'<p class="answer">(.*?)</p>', page).group(1)


def rows(page, heading):
    """Cells of the table below a heading."""
    table = page[page.index(heading) :].partition("<tbody>")[2].partition("</tbody>")[0]
    return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in table.split("<tr>")[1:]]


def test_the_answer_comes_first_and_warnings_before_it(page):
    found = page(warnings=["Not the same version of a<b."])
    assert answer(found) == (
        "ReMix is first in 4 of the 4 columns of Table 2 that this study has; in the paper, in 4 of 4. "
        "Of 4 claims, hold: 2; do not hold: 1; undecided with this data: 1."
    )
    places = ["Not the same version of a&lt;b.", 'class="answer"', "3 of 4 cells", "<table>", "What explains"]
    assert sorted(places, key=found.index) == places


def test_table_2_is_shown_as_the_table_has_it(page, ranks, study, coverage):
    _, _, body = rank_sums_markdown(ranks, study, coverage).partition("\n")
    shown = page()
    assert all(line in shown for line in html_fragment(body).splitlines())
    assert rows(shown, "Table 2: ranks")[2][:3] == [
        "ReMix", "<strong>3</strong> (1.50)", "<strong>22</strong> (1.22)",
    ]  # fmt: skip


def test_each_claim_has_its_verdict_and_evidence(page):
    found = rows(page(), "one by one")
    assert found[0] == [
        "ReMix first in GM (4.1)",
        "<strong>✗ does not hold</strong>",
        "-0.988 [-1.500, -0.250]",
        "mean rank",
        "14",
    ]
    assert found[1][0].startswith("BBS falls &lt; α")
    assert found[1][2:4] == ["+0.500", "slope"]
    assert found[2][1:] == ["? undecided", "–", "", "0"]


def test_a_study_without_remix_says_so(page, ranks):
    lost = ranks["method"] != "remix"
    columns = ["position", "rank_sum", "mean_rank"]
    assert "This study has not ranked ReMix." in page(ranks=ranks.assign(**ranks[columns].where(lost)))


@pytest.mark.parametrize(
    "words",
    [
        "{{ 7 * 7 }}",
        "{% endraw %}{{ 7 * 7 }}",
        "{%- endraw -%}{{ 7 * 7 }}",
        "<script>",
        "<b>*bold*</b>",
        "x\n\n.. include:: /etc/hosts\n\nx",
    ],
)
def test_what_a_server_said_is_only_words(page, ranks, coverage, words):
    """Why data is missing stands on this page, which Jinja and docutils read; and so do titles."""
    missing = coverage.assign(state="missing", reasons=f"url x.org/a: HTTP 404 {words}")
    found = page(coverage=missing, ranks=ranks.replace({"title": {"SMOTE": words}}))
    assert "HTTP 404" in found
    assert "49" not in found
    assert "<script>" not in found
    assert "<b>" not in found
    assert "localhost" not in found
    assert len(rows(found, "Table 2: ranks")) == 3


def test_what_explains_the_difference(page, rescored):
    found = page()
    assert "on average they are 0.25 ranks away from them, instead of 1.00." in found
    assert rows(found, "What explains")[2] == ["cost_weights &lt;ignored&gt;", *["0.25 (τ 0.95)"] * 4]
    worse = page(rescored=rescored.replace({"distance": {0.25: 3.0}}))
    assert "None of them brings the ranks nearer" in worse
    assert "What explains" not in page(rescored=rescored.iloc[:0])


def test_images_are_answered_apart(page, mixed_scores, mixed, mixed_coverage, table2):
    ranks = rank_sums_table(mixed_scores, mixed, table2)
    found = page(ranks=ranks, study=mixed, coverage=mixed_coverage)
    assert "in 4 of the 4 columns of Table 2" in answer(found)
    assert "On images, it is first in 2 of 2 columns." in answer(found)
    assert "On images" not in page()


def test_claims_beside_the_papers_are_shown_and_not_counted(page, claims):
    beside = claims.iloc[:1].assign(claim="On Fashion", section=NOT_OF_THE_PAPER)
    found = page(claims=pd.concat([claims, beside]))
    assert "Of 4 claims, hold: 2;" in answer(found)
    assert "On Fashion" in found
