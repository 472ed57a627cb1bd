"""Figure 6: mean gains over the baseline on images."""

import pandas as pd
from matplotlib.figure import Figure

from remix.study.data.catalogue import IMAGE_KINDS
from remix.study.results.coverage import PRESENT, coverage_note
from remix.study.results.figures.gains_drawing import gains_figure
from remix.study.results.runs import Runs
from remix.study.results.tables.gains import ERROR_NOTE

TITLE = "Figure 6: gains on images"
CATEGORY = "Gains and statistics"
ORDER = 2
ONLY = "images"
READS = {
    "gains": "results/tables/gains.csv",
    "coverage": "results/tables/coverage.csv",
}


def make(runs: Runs, gains: pd.DataFrame, coverage: pd.DataFrame) -> Figure:
    """Draw the gains on images."""
    there = coverage[(coverage["state"] == PRESENT) & coverage["kind"].isin(IMAGE_KINDS)]
    tasks = ", ".join(there["task"].unique()) or "none"
    caption = (
        f"Tasks: {tasks}; the paper's figure is of CIFAR-10. {runs.study.protocol_note} {ERROR_NOTE} "
        f"{coverage_note(coverage)}"
    )
    return gains_figure(gains, IMAGE_KINDS, caption, runs.study.methods)
