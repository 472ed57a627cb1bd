"""By how much scores move when the rows of a dataset are shuffled before anything is drawn from them.

``python -m benchmarks.row_order seizure 0.05`` prints the range over some orders beside that over as many
seeds of the study, which is what chance alone moves, and writes it to the results. It trains on what a study
leaves in ``resources/prepared/``.
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from benchmarks.report import in_one_line, machine, write_section
from benchmarks.study import default_study
from remix import seeding
from remix.errors import ResultError
from remix.metrics import score_folds
from remix.study.data.variants import imbalanced_variant
from remix.study.results.markdown import table
from remix.study.running.parquet import read_parquet
from remix.study.study import Study

METRICS = {"g_mean": "g-mean", "balanced_brier": "BBS"}
GIVEN, ORDER, SEED = "as given", "other orders", "other seeds"


class Draw(NamedTuple):
    """One way to draw variant, folds and weights: what is other than the study's, the order, the seed."""

    why: str
    order: int
    seed: int


def draws(count: int, seed: int) -> list[Draw]:
    """List the study's own draw, and so many with another order and with another seed.

    >>> [tuple(draw) for draw in draws(1, 7)]
    [('as given', 0, 7), ('other orders', 1, 7), ('other seeds', 0, 8)]
    """
    others = range(1, count + 1)
    own = Draw(GIVEN, 0, seed)
    return [own, *(Draw(ORDER, k, seed) for k in others), *(Draw(SEED, 0, seed + k) for k in others)]


def in_order(prepared: pd.DataFrame, order: int) -> pd.DataFrame:
    """Shuffle the rows of a prepared dataset; order 0 leaves them as they are."""
    if not order:
        return prepared
    rows = seeding.generator(0, "row order", order).permutation(len(prepared))
    return prepared.iloc[rows].reset_index(drop=True)


def mean_scores(prepared: pd.DataFrame, study: Study, task: str, ir: str, method: str) -> pd.Series:
    """Train a method on a cell of a prepared dataset; gives the means of `METRICS` over the folds."""
    from remix.methods import Method
    from remix.protocol import Protocol
    from remix.study.experiment import cross_validate

    given: dict[str, Any] = json.loads(json.dumps(study.training(task, method)))
    variant = imbalanced_variant(prepared, study.tasks[task], ir, seed=study.seed)
    protocol, stages = Protocol.from_mapping(given["protocol"]), Method.from_spec(given["method"])
    (found,) = cross_validate(variant, study.tasks[task], ir, [stages], protocol, seed=study.seed)
    return score_folds(found.predictions, METRICS).groupby("metric")["value"].mean()


def ranges(scores: pd.DataFrame) -> pd.DataFrame:
    """Lay out ``method, metric, why, value``: a row per method, the study's own mean beside the ranges."""
    lines = []
    for method, of_method in scores.groupby("method", sort=False):
        line = {"Method": method}
        for metric, title in METRICS.items():
            values = of_method[of_method["metric"] == metric].groupby("why")["value"]
            low, high = values.min(), values.max()
            line[f"{title}, {GIVEN}"] = f"{low[GIVEN]:.3f}"
            for why in (ORDER, SEED):
                line[f"{title}, {why}"] = f"{low[why]:.3f} to {high[why]:.3f}"
        lines.append(line)
    return pd.DataFrame(lines)


def main() -> None:
    """Print the ranges of a cell, and write them to the results."""
    parser = argparse.ArgumentParser(prog="row_order", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("task")
    parser.add_argument("ir")
    parser.add_argument("--methods", nargs="+", default=["baseline", "cost", "smote", "remix"])
    parser.add_argument("--draws", type=int, default=4, help="orders, and as many seeds")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=30)
    options = parser.parse_args()
    study = default_study()
    protocol = replace(study.protocol, repeats=options.repeats, epochs=options.epochs)
    if options.task not in study.tasks:
        raise ResultError(f"there is no task {options.task}; there is {', '.join(study.tasks)}")
    path = Path("resources", "prepared", f"{study.tasks[options.task].dataset}.parquet")
    if not path.exists():
        raise ResultError(f"{path} is not there; make it: snakemake --cores all {path}")
    prepared = read_parquet(path)
    lines = []
    for why, order, seed in draws(options.draws, study.seed):
        drawn, shuffled = replace(study, seed=seed, protocol=protocol), in_order(prepared, order)
        for method in options.methods:
            means = mean_scores(shuffled, drawn, options.task, options.ir, method)
            lines += [{"method": method, "metric": name, "why": why, "value": x} for name, x in means.items()]
            print(f"{why} {order or seed}, {method}: {means.round(3).to_dict()}", flush=True)
    shown = table(ranges(pd.DataFrame(lines)))
    about = (
        f"{options.repeats} × 2 folds, {options.epochs} epochs. The mean scores with the rows as given, and "
        f"their ranges over {options.draws} orders of the rows and over as many seeds of the study."
    )
    print(f"\n{about}\n\n{shown}")
    title = f"What the order of rows moves: {options.task} at {options.ir}"
    write_section(title, "\n\n".join([machine(), about, shown]))


if __name__ == "__main__":
    in_one_line(main)
