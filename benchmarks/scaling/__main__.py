"""How the cost of a study grows with its folds, rows and features."""

import argparse

import numpy as np
import pandas as pd
from rich.console import Console

from benchmarks.report import in_one_line, machine, write_section
from benchmarks.scaling import figure
from benchmarks.scaling.trainings import SERIES
from benchmarks.speed.measuring import said_by
from benchmarks.study import ROOT
from remix.plotting.style import render
from remix.study.results.markdown import listing, table

FOLDER = ROOT / "results" / "scaling"
NOTES = (
    "In the figure (results/scaling/cost.png) both axes are logarithmic; a dashed line is what each "
    "size would cost per unit of work of the largest one. A curve that comes down to its line from "
    "above has a part of its cost once, whatever the size; one that rose above its line to the right "
    "would cost more than in proportion.",
    "*folds*: the bend is the cost of starting the operations of a step, which is the same for one "
    "network as for forty; a stack shares it.",
    "*rows*: steps are in proportion to rows, and so is the time.",
    "*features*: the hidden width grows with the features, so that the arithmetic grows with their "
    "square; the bend at the left is again the cost of starting operations.",
)
ABOUT = (
    "Seconds per epoch of a stack in a process of one thread (20 folds of 2,000 rows and 50 features, "
    "but for what grows). *× proportion* is the cost by what it would be in proportion to the work of the "
    "largest size."
)


def trained(series: str, epochs: int) -> list[dict[str, float]]:
    """Measure a series in a process of its own."""
    return list(said_by("benchmarks.scaling.trainings", series, str(epochs), threads=1))


def for_people(measured: pd.DataFrame) -> pd.DataFrame:
    """Write the measured numbers as texts, and how much more each costs than in proportion."""
    excess = np.concatenate(
        [
            points["seconds"] / figure.in_proportion(points)
            for _, points in measured.groupby("series", sort=False)
        ]
    )
    return pd.DataFrame(
        {
            "what grows": measured["series"],
            "to": measured["value"].map("{:g}".format),
            "seconds": measured["seconds"].map("{:.3g}".format),
            "× proportion": [f"{value:.2f}" for value in excess],
        }
    )


def main() -> None:
    """Measure, draw and write."""
    parser = argparse.ArgumentParser(prog="make scaling", description=__doc__)
    parser.add_argument("--epochs", type=int, default=9, help="of which medians are taken")
    parser.add_argument("--dry", action="store_true", help="leave results.md as it is")
    options = parser.parse_args()
    console, lines = Console(), []
    for series in SERIES:
        for point in trained(series, options.epochs):
            lines.append({"series": series, **point})
            console.print(f"{series} {point['value']:g}: {point['seconds']:.3g} s", highlight=False)
    measured = pd.DataFrame(lines)
    FOLDER.mkdir(parents=True, exist_ok=True)
    measured.to_csv(FOLDER / "cost.csv", index=False)
    drawn = figure.draw(measured)
    for form in ("png", "svg"):
        (FOLDER / f"cost.{form}").write_bytes(render(drawn, form))
    if not options.dry:
        body = [
            machine(),
            ABOUT,
            table(for_people(measured)),
            listing(NOTES),
        ]
        write_section("Cost against size", "\n\n".join(body))
    console.print(f"The figure: {(FOLDER / 'cost.png').relative_to(ROOT)}")


if __name__ == "__main__":
    in_one_line(main)
