"""How fast the study's trainer is on this machine, beside Keras, scikit-learn and PyTorch."""

import argparse
import dataclasses
import time

import pandas as pd
from rich.console import Console
from rich.table import Table

from benchmarks.report import RESULTS, in_one_line, machine, write_section
from benchmarks.speed import cells, table
from benchmarks.speed.contenders import CONTENDERS, METHODS
from benchmarks.speed.measuring import cores, measure, peak
from benchmarks.study import ROOT

IR = "0.05"
RUNS = ROOT / "results" / "speed" / "runs.csv"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    names = [contender.name for contender in CONTENDERS]
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--datasets", nargs="+", default=["musk", "statlog"], help="tasks, at IR 0.05")
    parser.add_argument("--methods", nargs="+", default=list(METHODS), choices=METHODS)
    parser.add_argument("--contenders", nargs="+", default=names, choices=names)
    parser.add_argument("--runs", type=int, default=3, help="of which medians are taken")
    parser.add_argument("--epochs", type=int, help="measured epochs of every contender; its own by default")
    parser.add_argument("--dry", action="store_true", help=f"leave {RESULTS.name} as it is")
    return parser.parse_args()


def show(console: Console, title: str, frame: pd.DataFrame) -> None:
    """Print a table."""
    shown = Table(*frame.columns, title=title)
    for line in frame.itertuples(index=False, name=None):
        shown.add_row(*line)
    console.print(shown)


def main() -> None:
    """Measure, print the tables and write them."""
    options = arguments()
    console = Console(width=None if Console().is_terminal else 180)
    cells.fetch([(task, IR) for task in options.datasets])
    chosen = [contender for contender in CONTENDERS if contender.name in options.contenders]
    absent = {contender.name: why for contender in chosen if (why := contender.missing())}
    for name, why in absent.items():
        console.print(f"{table.TITLES[name]} is missing: {why}", markup=False)
    loaded = {task: cells.load_cell(task, IR, "baseline") for task in options.datasets}

    started, measured = time.perf_counter(), []
    peaks: dict[tuple[str, int], float] = {}
    for run in range(options.runs):
        # Contenders take turns, so that a drift of the machine's speed meets all of them.
        for key, value in peak().items():
            peaks[key] = max(value, peaks.get(key, 0.0))
        for task, cell in loaded.items():
            for method in options.methods:
                for contender in chosen:
                    if contender.name in absent or method not in contender.methods:
                        continue
                    epochs = options.epochs or contender.epochs
                    result = measure(contender, task, IR, method, len(cell.parts), epochs)
                    measured.append({"run": run, **dataclasses.asdict(result)})
                    console.print(
                        f"run {run + 1}/{options.runs}  {task}  {method}  {contender.name}: "
                        f"{result.fold_epochs / result.seconds:,.1f} fold-epochs/s, loss {result.loss:.4f}, "
                        f"{result.seconds:.1f} s after {result.warm_up:.1f} s",
                        highlight=False,
                    )
    frame = pd.DataFrame(measured)
    RUNS.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(RUNS, index=False)
    costs = {(task, IR): (cells.flops(cell), cells.flops(cell, needed=True)) for task, cell in loaded.items()}
    lines = table.summarise(frame, costs, max(peaks.values()))
    show(console, f"{cores()} cores, {max(peaks.values()):.0f} GFLOP/s", table.for_people(lines))
    show(console, "What the project aims at", table.targets(lines))
    if not options.dry:
        facts = machine("keras", "scikit-learn", "imbalanced-learn", "torch")
        write_section("Training, beside others", table.section(lines, peaks, facts, absent))
    console.print(f"{(time.perf_counter() - started) / 60:.1f} minutes; each run: {RUNS.relative_to(ROOT)}")


if __name__ == "__main__":
    in_one_line(main)
