"""How far the probabilities of the best remedies are to be trusted, beside those without any remedy."""

import textwrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from remix.corrections import PRIORS, UNCORRECTED
from remix.plotting.reliability_diagram import SHADE, draw_diagonal
from remix.plotting.style import SERIES_COLOURS
from remix.reliability import pooled
from remix.study.plain import PLAIN_TITLES
from remix.study.results.coverage import coverage_note
from remix.study.results.figures.layout import captioned, empty_figure
from remix.study.results.figures.reliability import MIN_ROWS
from remix.study.results.reading import curves_of
from remix.study.results.runs import Runs
from remix.study.results.tables.answer import remedy_title, with_plain
from remix.study.study import BASELINE, Study

TITLE = "Reliability of the best remedies"
CATEGORY = "Verdict"
ORDER = 12
ONLY = "answer"
READS = {
    "curves": "results/reliability.parquet",
    "answer": "results/tables/answer.csv",
    "coverage": "results/tables/coverage.csv",
}

# By the prior of a panel, the metric whose best remedy it shows.
METRIC = {"natural": "brier", "balanced": "balanced_brier"}
HEADINGS = {"natural": "the data as they come", "balanced": "all classes equally frequent"}
MARKERS = ("o", "s", "^", "D")
WIDTH, PANEL = 8.0, 3.9
TITLE_CHARACTERS = 40
READING = (
    "Of the test rows that are given a certain probability of the minority class, the share that is of it: "
    "on the diagonal a probability holds, in the shaded half it promises too much. Left all rows count "
    f"alike, right all classes do. Points of fewer than {MIN_ROWS} predictions are left out; the rows of all "
    "folds are taken together."
)


def make(runs: Runs, curves: pd.DataFrame, answer: pd.DataFrame, coverage: pd.DataFrame) -> Figure:
    """Draw the best remedy of each panel's metric, the baseline, and the classifiers without any remedy."""
    study = runs.study
    caption = f"{READING} {study.protocol_note} {coverage_note(coverage)}"
    return answer_figure(curves_of(curves, with_plain(study)), answer, caption, study)


def answer_figure(curves: pd.DataFrame, answer: pd.DataFrame, caption: str, study: Study) -> Figure:
    """Draw a row of two panels for each cell.

    Parameters
    ----------
    curves : DataFrame
        As `remix.study.results.reading.curves_of` gives it, with the classifiers without any remedy.
    answer : DataFrame
        As `remix.study.results.tables.answer.answer_table` gives it.
    caption : str
        Text below the panels; wrapped.
    study : Study

    Returns
    -------
    matplotlib.figure.Figure
        An empty table gives a figure that says so.
    """
    cells = list(answer[["task", "ir"]].drop_duplicates().itertuples(index=False, name=None))
    if not cells:
        return empty_figure("no cells", caption)
    figure = captioned(WIDTH, PANEL * len(cells), caption)
    own = curves[curves["minority"]]
    points = pooled(own, ["task", "ir", "method", "correction", "prior"])
    points = points[points["rows"] >= MIN_ROWS]
    axes = figure.subplots(len(cells), len(PRIORS), squeeze=False)
    for row, (task, ir) in enumerate(cells):
        of_cell = answer[(answer["task"] == task) & (answer["ir"] == ir)]
        for ax, prior in zip(axes[row], PRIORS, strict=True):
            part = of_cell[of_cell["metric"] == METRIC[prior]]
            chosen = points[(points["task"] == task) & (points["ir"] == ir) & (points["prior"] == prior)]
            _panel(ax, chosen, _shown(part), study)
            title = textwrap.shorten(study.titles[task], TITLE_CHARACTERS, placeholder=" …")
            ax.set_title(f"{title}, IR {ir}\n{HEADINGS[prior]}", fontsize=9)
    axes[-1, 0].set_xlabel("predicted probability")
    axes[-1, 1].set_xlabel("predicted probability")
    for ax in axes[:, 0]:
        ax.set_ylabel("observed share")
    handles = [
        Line2D([], [], color="0.3", linewidth=0.8, linestyle=":", label="calibrated"),
        Patch(color=SHADE, label="promises too much"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=2, frameon=False, fontsize=8)
    return figure


def _shown(part: pd.DataFrame) -> list[tuple[str, str]]:
    """Choose what a panel shows: the best remedy, no remedy, and the classifiers without any."""
    best = part[part["position"] == 1].iloc[0]
    wanted = [(best["method"], best["correction"]), (BASELINE, UNCORRECTED)]
    present = set(part["method"])
    return list(dict.fromkeys([*wanted, *((name, UNCORRECTED) for name in PLAIN_TITLES if name in present)]))


def _panel(ax: Axes, points: pd.DataFrame, shown: list[tuple[str, str]], study: Study) -> None:
    draw_diagonal(ax)
    colours = dict(zip(PLAIN_TITLES, SERIES_COLOURS[1:], strict=False)) | {BASELINE: "#000000"}
    for k, (method, correction) in enumerate(shown):
        line = points[(points["method"] == method) & (points["correction"] == correction)]
        ax.plot(
            line["predicted"],
            line["observed"],
            color=SERIES_COLOURS[3] if k == 0 else colours[method],
            marker=MARKERS[k],
            markersize=4,
            linewidth=1.8 if k == 0 else 1.1,
            label=remedy_title(method, correction, study),
        )
    ax.set(xlim=(-0.02, 1.02), xticks=[0, 0.5, 1])
    ax.set_xticklabels(["0", "0.5", "1"])
    ax.legend(fontsize=7, frameon=False, loc="best")
    ax.spines[["top", "right"]].set_visible(False)
