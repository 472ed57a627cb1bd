"""The HTML report of a finished study: made without a network, opened, and read."""

import base64
import html
import json
import re
import subprocess
from importlib.metadata import version

import pandas as pd
import pytest
from browser import dump_dom, needs_browser

pytestmark = pytest.mark.workflow

CATEGORIES = {
    "1 Verdict": {"rank_sums.html", "paper_comparison.html"},
    "2 Gains and statistics": {"gains.html", "scores.html", "figure5_gains.svg"},
    "4 Tasks": {"breast_cancer.html", "wine.html"},
    "5 Data and coverage": {"coverage.html", "datasets.html"},
    "6 The method in pictures": {"figure1_surfaces.svg", "figure8_interpolation.svg"},
    "7 Configuration and provenance": {"provenance.html"},
}


@pytest.fixture(scope="module")
def report(finished_once, tmp_path_factory):
    """The report, made where no address can be reached."""
    folder = tmp_path_factory.mktemp("report")
    path = folder / "report.html"
    # Others copy what is finished meanwhile, and may not see the lock of a run in it.
    finished_once.copied_to(folder / "project").snakemake(
        "--report", path,
        "--report-stylesheet", "workflow/report/report.css",
        "--configfile", "study.yaml",
        variables=dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9"),
    )  # fmt: skip
    return path


def variable(report, name):
    """One of the values that the report's page is made from."""
    return json.loads(re.search(rf"^    var {name} = (.*);$", report.read_text(), re.M).group(1))


def rank_table(text):
    """What stands in the first page's first table, by method: ours and the paper's, four times."""
    table = text[text.index('class="front"') :].partition("</table>")[0].partition("<tbody>")[2]
    found = {}
    for row in table.split("<tr>")[1:]:
        title, *cells = re.findall(r"<td[^>]*>(.*?)</td>", row)
        found[html.unescape(title)] = [re.sub(r"<[^>]*>", "", cell) for cell in cells]
    return found


def expected_ranks(project):
    table = pd.read_csv(project.folder / "results/tables/rank_sums.csv")
    found = {}
    for title, part in table.groupby("title"):
        found[title] = [
            f"{line[f'{prefix}rank_sum']:.0f} ({line[f'{prefix}mean_rank']:.2f})"
            for _, line in part.iterrows()
            for prefix in ("", "published_")
        ]
    return found


def test_the_menu_has_everything_in_its_place(report):
    menu = {
        category: {path.rpartition("/")[2] for part in parts.values() for path in part}
        for category, parts in variable(report, "categories").items()
    }
    for category, names in CATEGORIES.items():
        assert names <= menu[category]


def test_the_first_page_is_the_rank_table(report, finished_once):
    assert rank_table(variable(report, "workflow_desc")) == expected_ranks(finished_once)


def test_every_result_has_a_caption_and_is_shown_in_place(report):
    for path, entry in variable(report, "results").items():
        assert len(entry["caption"]) > 100, path
        assert "problematic" not in entry["caption"], path
        assert entry["mime_type"] in ("text/html", "image/svg+xml"), path


def test_pages_hold_their_tables_and_load_nothing(report):
    for path, entry in variable(report, "results").items():
        text = base64.b64decode(entry["data_uri"].partition("base64,")[2]).decode()
        assert not re.search(r'(?:src|href)="https?:', text), path
        if path.endswith(".html"):
            assert "<table>" in text, path
            assert "makeSortable" in text, path


def test_the_provenance_page_says_how(report):
    (text,) = [
        base64.b64decode(entry["data_uri"].partition("base64,")[2]).decode()
        for path, entry in variable(report, "results").items()
        if path.endswith("provenance.html")
    ]
    assert "10 trainings took" in text
    assert "tables/wine.csv" in text
    assert "2 × 2-fold cross-validation, 3 epochs" in text


def test_the_report_is_small(report):
    """More than half of it is Snakemake's own."""
    assert report.stat().st_size < 9e6


@needs_browser
def test_a_browser_opens_the_report_at_the_rank_table(report, finished_once, tmp_path):
    dom = dump_dom(report, tmp_path)
    app = dom[dom.index('<div id="app">') :]
    # The scripts hold the same text, with its quotes escaped.
    assert rank_table(app) == expected_ranks(finished_once)
    menu = re.findall(r">(\d [A-Z][\w ]+)</span>", app)
    assert menu == sorted(variable(report, "categories"))


@needs_browser
def test_a_link_on_the_first_page_opens_a_table(report, tmp_path):
    dom = dump_dom(
        report, tmp_path, action="setTimeout(() => document.querySelector('.front h2 a').click(), 500)"
    )
    assert re.search(r'<iframe src="data:text/html', dom)


@pytest.mark.slow
def test_without_a_first_page_the_report_says_what_the_study_is(finished):
    (finished.folder / "results/front.rst").unlink()
    finished.snakemake(
        "--report", "results/report.html", "--configfile", "study.yaml", "--", "results/tables/gains.html"
    )
    assert "The ReMix study" in variable(finished.folder / "results/report.html", "workflow_desc")


def test_a_commit_remakes_the_pages_alone(finished):
    def git(*arguments):
        who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
        subprocess.run(["git", *who, *arguments], cwd=finished.folder, check=True, capture_output=True)

    git("init", "--quiet")
    git("add", "Snakefile")
    git("commit", "--quiet", "-m", "first")
    assert finished.planned_jobs() == {"pages": 1, "all": 1}
    finished.run()
    assert finished.planned_jobs() == {}


def test_trainings_that_were_not_made_alike_are_a_warning(finished_once, extended_once):
    """Snakemake makes nothing anew for another version of TensorFlow: pages and summary say so."""
    pages = ["summary.txt", "front.rst", "provenance.html"]
    before, after = ((project.folder / "results") for project in (finished_once, extended_once))
    assert "Not the same" not in "".join((before / page).read_text() for page in pages)
    warning = f"Not the same version of tensorflow for all trainings: {version('tensorflow')} (21), 1.0 (1)."
    for page in pages:
        assert warning in (after / page).read_text()
