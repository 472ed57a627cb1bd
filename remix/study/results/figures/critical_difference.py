"""Critical-difference diagrams: mean ranks on a line; bars join what Nemenyi's test cannot tell apart."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from remix.metrics import metric as metric_named
from remix.plotting.style import Fill, fills
from remix.study.compare import statistics
from remix.study.compare.ranking import PAPER_METRICS
from remix.study.results.coverage import coverage_note
from remix.study.results.figures.layout import captioned, say_instead
from remix.study.results.runs import Runs
from remix.study.study import KIND_TITLES, shown_kinds
from remix.study.words import counted

TITLE = "Critical differences of the mean ranks"
CATEGORY = "Gains and statistics"
ORDER = 6
ONLY = "paper"
READS = {
    "comparisons": "results/tables/comparisons.csv",
    "coverage": "results/tables/coverage.csv",
}

WIDTH = 11.0
WIDER = 0.2  # inches for each method more than fit side by side
MOST_TICKS = 20
CD_HEIGHT = 1.9  # above the numbers of the axis
# More methods need the whole width: one panel below the other.
MOST_SIDE_BY_SIDE = 8
HEIGHT_OF_NOTHING = 1.0
HOW_TO_READ = (
    "Mean rank of each method over the cells; 1, at the left, is best. A bar joins methods that Nemenyi's "
    "test does not tell apart at the 5 % level: their mean ranks differ by less than the critical difference "
    "(CD). The test takes cells for independent, which those of one dataset are not."
)


def make(runs: Runs, comparisons: pd.DataFrame, coverage: pd.DataFrame) -> Figure:
    """Draw the diagrams from the table of comparisons."""
    caption = f"{runs.study.protocol_note} {coverage_note(coverage)}"
    return critical_difference(comparisons, caption, runs.study.methods)


def critical_difference(comparisons: pd.DataFrame, caption: str, titles: Mapping[str, str]) -> Figure:
    """Draw diagrams of g-mean above balanced Brier score, binary left and multi-class right; images below.

    Where there are many methods, the diagrams of the two kinds stand below each other.

    Parameters
    ----------
    comparisons : DataFrame
        As `remix.study.results.tables.comparisons.comparisons_table` gives it.
    caption : str
        Text below the panels; wrapped.
    titles : mapping of str to str
        Titles of the methods, by name.

    Returns
    -------
    matplotlib.figure.Figure
        A panel of fewer than two cells, for which there is no such test, says so. Without images there are
        no panels for them, nor for tables where there are images alone.
    """
    present = [*comparisons["second"].unique(), *comparisons["first"].unique()]
    titles = {name: titles[name] for name in dict.fromkeys(present)}
    styles = fills(titles)
    rows: list[tuple[Sequence[str], str]] = [
        (kinds, metric) for kinds in shown_kinds(comparisons["kind"]) for metric in PAPER_METRICS
    ]
    if len(titles) > MOST_SIDE_BY_SIDE:
        rows = [((kind,), metric) for kinds, metric in rows for kind in kinds]
    columns = max(len(kinds) for kinds, _ in rows)
    heights = [_height(comparisons, kinds) for kinds, _ in rows]
    layout = ConstrainedLayoutEngine(wspace=0.06, hspace=0.06)
    width = WIDTH + WIDER * max(0, len(titles) - MOST_SIDE_BY_SIDE)
    figure = captioned(width, sum(heights), f"{HOW_TO_READ} {caption}", layout=layout)
    axes = figure.subplots(len(rows), columns, squeeze=False, height_ratios=heights)
    for row, (kinds, metric) in enumerate(rows):
        for column, kind in enumerate(kinds):
            part = comparisons[(comparisons["metric"] == metric) & (comparisons["kind"] == kind)]
            _panel(axes[row, column], part, titles, styles)
            title = f"{KIND_TITLES[kind]}, {metric_named(metric).title}{_counts(part)}"
            axes[row, column].set_title(title, fontsize=10)
    return figure


def _height(comparisons: pd.DataFrame, kinds: Sequence[str]) -> float:
    """Give the inches that a row of panels needs; one that only says why there is nothing needs few."""
    own = comparisons[comparisons["kind"].isin(kinds)]
    if own["critical_difference"].isna().all():
        return HEIGHT_OF_NOTHING
    return 1.6 + 0.2 * max(len({*own["first"], *own["second"]}), 5)


def _counts(part: pd.DataFrame) -> str:
    if part.empty:
        return ""
    first = part.iloc[0]
    return f" ({counted(first['n_cells'], 'cell')} of {counted(first['n_datasets'], 'dataset')})"


def _panel(ax: Axes, part: pd.DataFrame, titles: Mapping[str, str], styles: Mapping[str, Fill]) -> None:
    if part.empty or part["critical_difference"].isna().any():
        say_instead(ax, "no cells" if part.empty else "one cell: too few for the test")
        return
    from scikit_posthocs import critical_difference_diagram

    ranks = statistics.ranks_in(part)
    names, n = list(ranks.index), len(ranks)
    p = pd.DataFrame(np.eye(n), index=names, columns=names)
    for _, pair in part.iterrows():
        p.loc[pair["first"], pair["second"]] = p.loc[pair["second"], pair["first"]] = pair["nemenyi_p"]
    named = {name: titles[name] for name in names}
    drawn = critical_difference_diagram(
        ranks.rename(named),
        p.rename(index=named, columns=named),
        alpha=statistics.ALPHA,
        ax=ax,
        color_palette={titles[name]: styles[name].colour for name in names},
        label_fmt_left="{label}  {rank:.2f}",
        label_fmt_right="{rank:.2f}  {label}",
        text_h_margin=0.12,
        crossbar_props={"color": "0.4", "linewidth": 5, "solid_capstyle": "butt", "zorder": 2},
    )
    for label in drawn["labels"]:
        x, _ = label.get_position()
        label.set(color="black", x=x + (0.05 if label.get_horizontalalignment() == "left" else -0.05))
    for (bar,) in drawn["crossbars"]:
        # The library joins the methods in the order of a set, which differs from run to run.
        x = np.sort(bar.get_xdata())
        bar.set_data(x[[0, -1]], bar.get_ydata()[:2])
    # All panels have the axis of all possible ranks, whatever the ranks are.
    ax.set_xlim(0.8, n + 0.2)
    ax.spines["top"].set_bounds(1, n)
    ax.set_xticks(range(1, n + 1, 1 if n <= MOST_TICKS else 5))
    ax.set_ylim(min(label.get_position()[1] for label in drawn["labels"]) - 0.6, CD_HEIGHT + 0.6)
    end = 1 + part["critical_difference"].iloc[0]
    ax.plot([1, end], [CD_HEIGHT] * 2, color="black", linewidth=1.5, marker="|", markersize=8, clip_on=False)
    ax.text(end + 0.12, CD_HEIGHT, f"CD {end - 1:.2f}", va="center")
