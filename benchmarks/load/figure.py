"""The curves: what a study costs Snakemake, by the number of cells."""

import pandas as pd
from matplotlib.figure import Figure

from remix.plotting.style import SERIES_COLOURS


def draw(calls: pd.DataFrame) -> Figure:
    """Draw the processor's time per cell, memory, and the time of a dry-run.

    Parameters
    ----------
    calls : DataFrame
        A row for each `benchmarks.load.watching.Call`.
    """
    kinds = {what: calls[calls["what"] == what] for what in ("plan", "run", "train")}
    runs = {"stand-ins for jobs": kinds["run"], "jobs that train": kinds["train"]}
    panels = {
        "Snakemake's CPU time per cell (ms)": {
            title: (some["cells"], 1000 * some["cpu_seconds"] / some["cells"]) for title, some in runs.items()
        },
        "Peak memory of a run (MB)": {
            "Snakemake, stand-ins": (kinds["run"]["cells"], kinds["run"]["peak_mb"]),
            "Snakemake, jobs that train": (kinds["train"]["cells"], kinds["train"]["peak_mb"]),
            "all processes together": (kinds["train"]["cells"], kinds["train"]["together_mb"]),
        },
        "CPU time of a dry-run (s)": {"": (kinds["plan"]["cells"], kinds["plan"]["cpu_seconds"])},
    }
    figure = Figure(figsize=(11, 3.4), layout="constrained")
    for axes, (label, curves) in zip(figure.subplots(1, len(panels)), panels.items(), strict=True):
        shown = {title: curve for title, curve in curves.items() if len(curve[0])}
        for (title, (cells, values)), colour in zip(shown.items(), SERIES_COLOURS, strict=False):
            axes.plot(cells, values, marker="o", color=colour, label=title)
        axes.set(xlabel="cells", ylabel=label)
        axes.set_xlim(left=0)
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
        if len(shown) > 1:
            axes.legend(frameon=False, fontsize="small")
    return figure
