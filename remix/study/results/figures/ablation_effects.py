"""The ablation's picture: the effect of each ingredient, given the others."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from remix.metrics import metric as metric_named
from remix.plotting.style import SERIES_COLOURS
from remix.study.ablation import BALANCES
from remix.study.compare.ranking import PAPER_METRICS
from remix.study.results.coverage import coverage_note
from remix.study.results.figures.layout import captioned, empty_figure
from remix.study.results.runs import Runs
from remix.study.results.tables.ablation import ANY, INGREDIENTS
from remix.study.results.tables.gains import ERROR_NOTE
from remix.study.study import KIND_TITLES

TITLE = "Ablation: what each ingredient does"
CATEGORY = "Gains and statistics"
ORDER = 10
ONLY = "paper"
READS = {
    "ablation": "results/tables/ablation.csv",
    "coverage": "results/tables/coverage.csv",
}

# The second of two factors that an effect is given for is told by shape and colour: its name, and its levels.
SECOND = {
    "balance": ("mixed", {"no": "not mixed", "yes": "mixed"}),
    "mixing": ("exchanged", {"no": "prior as trained", "yes": "balanced prior"}),
    "prior": ("mixed", {"no": "not mixed", "yes": "mixed"}),
}
STYLES = {
    "not mixed": (SERIES_COLOURS[0], "o"),
    "mixed": (SERIES_COLOURS[3], "s"),
    "prior as trained": (SERIES_COLOURS[2], "^"),
    "balanced prior": (SERIES_COLOURS[1], "v"),
}
APART = 0.16  # rows between the two markers of a row
ROW, WIDTH = 0.3, 5.2  # inches, of a row and of a column of panels
HEADING = "what it adds"


def make(runs: Runs, ablation: pd.DataFrame, coverage: pd.DataFrame) -> Figure:
    """Draw the figure from the table of the ablation."""
    note = "" if runs.ablation is None else f"{runs.ablation.protocol_note} "
    caption = (
        "Mean difference over the cells between methods that differ in one ingredient only, on the same "
        "folds; right of zero is better. Bold rows have the name of the ingredient, the rows below what it "
        f"is added to. {ERROR_NOTE} {note}{coverage_note(coverage)}"
    )
    return ablation_effects(ablation, caption)


def ablation_effects(table: pd.DataFrame, caption: str) -> Figure:
    """Draw one panel per kind and metric, with a row for each thing that an ingredient is added to.

    Parameters
    ----------
    table : DataFrame
        As `remix.study.results.tables.ablation.ablation_table` gives it.
    caption : str
        Text below the panels; wrapped.

    Returns
    -------
    matplotlib.figure.Figure
        An empty table gives a figure that says so.
    """
    effects = table[table["ingredient"] != "score"]
    kinds = [kind for kind in KIND_TITLES if kind in set(effects["kind"])]
    if not kinds:
        return empty_figure("there is no ablation", caption)
    rows = _rows(effects)
    figure = captioned(
        2.2 + WIDTH * len(PAPER_METRICS), 1.1 + (0.7 + ROW * len(rows)) * len(kinds), caption, characters=190
    )
    axes = figure.subplots(len(kinds), len(PAPER_METRICS), squeeze=False, sharey=True)
    for line, kind in enumerate(kinds):
        for column, metric in enumerate(PAPER_METRICS):
            part = effects[(effects["kind"] == kind) & (effects["metric"] == metric)]
            _panel(axes[line, column], part, rows)
            sizes = part.iloc[0]
            axes[line, column].set_title(
                f"{KIND_TITLES[kind]}: {metric_named(metric).title} ({sizes['n_cells']} cells, "
                f"{sizes['n_datasets']} datasets)",
                fontsize=10,
            )
    for ax, metric in zip(axes[-1], PAPER_METRICS, strict=True):
        change = "increase" if metric_named(metric).higher_is_better else "reduction"
        ax.set_xlabel(f"{change} in {metric_named(metric).title}")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    first = [labels.index(label) for label in STYLES if label in labels]
    figure.legend(
        handles=[handles[place] for place in first],
        labels=[labels[place] for place in first],
        loc="outside upper center",
        ncols=len(STYLES),
        frameon=False,
    )
    return figure


def _rows(effects: pd.DataFrame) -> list[tuple[str, str]]:
    """List ingredient and label of the rows; a row with the ingredient alone is a heading."""
    rows = []
    for ingredient, part in effects.groupby("ingredient", sort=False):
        rows.append((str(ingredient), f"{INGREDIENTS[str(ingredient)]}: {HEADING}"))
        rows += [(str(ingredient), label) for label in dict.fromkeys(_labels(part))]
    return rows


def _labels(part: pd.DataFrame) -> list[str]:
    """Name what is added, or what it is added to, without the factor that is told by shape."""
    labels = []
    for _, row in part.iterrows():
        if row["ingredient"] == "balance":
            prior = SECOND["mixing"][1][row["exchanged"]]
            labels.append(f"{BALANCES[row['level']]}, {prior}")
        else:
            labels.append("mean over balances" if row["balance"] == ANY else BALANCES[row["balance"]])
    return labels


def _panel(ax: Axes, part: pd.DataFrame, rows: list[tuple[str, str]]) -> None:
    places = {row: place for place, row in enumerate(rows)}
    for ingredient, effects in part.groupby("ingredient", sort=False):
        factor, levels = SECOND[str(ingredient)]
        own = effects.assign(place=[places[str(ingredient), label] for label in _labels(effects)])
        for side, (level, title) in zip((-1, 1), levels.items(), strict=True):
            points = own[own[factor] == level]
            colour, marker = STYLES[title]
            ax.errorbar(
                points["effect"],
                points["place"] + side * APART,
                # Where there is one dataset there is no interval.
                xerr=[
                    (points["effect"] - points["low"]).fillna(0.0).clip(lower=0),
                    (points["high"] - points["effect"]).fillna(0.0).clip(lower=0),
                ],
                fmt=marker,
                color=colour,
                markersize=5,
                elinewidth=1.0,
                capsize=2,
                label=title,
            )
    ax.axvline(0, color="0.3", linewidth=0.9)
    ax.set_yticks(range(len(rows)))
    for text in ax.set_yticklabels([label for _, label in rows], fontsize=8):
        if text.get_text().endswith(HEADING):
            text.set_fontweight("bold")
    for place, (_, label) in enumerate(rows):
        if label.endswith(HEADING):
            ax.axhline(place - 0.5, color="0.8", linewidth=0.7)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.grid(axis="x", color="0.9", linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)
    ax.tick_params(axis="y", length=0)
