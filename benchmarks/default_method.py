"""Which method `ReMixClassifier` should have by default: four, from one rare row in 10 to one in 10,000.

``make default-method`` trains them on made-up data and on real ones that a package index carries, and writes
the scores to the results.
"""

import argparse
import math
import multiprocessing
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from benchmarks.report import in_one_line, machine, write_section
from benchmarks.speed.measuring import cores
from benchmarks.study import ROOT, made
from remix.calibration import exchange_prior
from remix.errors import RemixError
from remix.metrics import balanced_brier_score, g_mean
from remix.study.data.columns import features
from remix.study.results.markdown import listing, table

TITLE = "Which method is the default"
METHODS = ("remix", "remix_dataset_pool", "cost", "baseline")
RATIOS = (0.1, 0.01, 0.001, 0.0001)
MADE_UP = "made up"
# Frequent rows to train on, by ratio: of fewer than 100,000 one in 10,000 would be too few to learn from.
MADE_UP_ROWS = {0.1: 10_000, 0.01: 10_000, 0.001: 50_000, 0.0001: 100_000}
MADE_UP_TEST = (20_000, 4_000)
# The class of each dataset that is made rare; all others are the frequent one.
REAL = {"musk": "1", "statlog": "1", "optdigits": "1"}
FEWEST = 5
BATCH_SIZE = 64
EPOCHS = (5, 100)
SCORES = ("g_mean", "bbs", "g_mean_balanced", "bbs_balanced", "log_loss", "of_shares", "lacking")
ABOUT = (
    "Scores of `ReMixClassifier(method=…)` on a test part, means of {seeds} seeds, each with other rows. "
    "*Ratio* is that of the rare rows trained on to the frequent ones, *rare* their number; real data end "
    "where fewer than {fewest} would be left. About {steps:,} steps each, but no more than {most} epochs."
)
NOTES = (
    "*G-mean* and *BBS* (balanced Brier score) are of the probabilities as trained; *balanced* ones, of the "
    "same networks, after their prior was exchanged for equal shares (`remix.calibration.exchange_prior` "
    "with `records_[0]['class_share']`).",
    "*Log loss* is after the exchange for the natural prior, the shares of the rows trained on; each class "
    "weighs as much as its share. In brackets: by the log loss of these shares alone, where 1 is to know "
    "nothing of the features.",
    "*Lacking* is the share of the mini-batches as drawn that have no rare row. `remix` can do nothing in "
    "these; `remix_dataset_pool` draws its rows from all that are trained on.",
    "Made-up data are two Gaussians in 6 features, 2 apart in two of them. Real data are halved, and rows of "
    "the rare class are left out of the half that is trained on.",
)


class Part(NamedTuple):
    """Rows to train on and to test on; label 1 is the rare class."""

    x: np.ndarray
    y: np.ndarray
    x_test: np.ndarray
    y_test: np.ndarray


class Job(NamedTuple):
    """A training: of a method, on a part of some data."""

    data: str
    ratio: float
    method: str
    seed: int
    epochs: int
    part: Part


def made_up(ratio: float, seed: int) -> Part:
    """Draw two Gaussians in six features, of which two tell them apart."""
    rng = np.random.default_rng([seed, round(1 / ratio)])
    frequent = MADE_UP_ROWS.get(ratio, max(MADE_UP_ROWS.values()))

    def draw(*sizes: int) -> tuple[np.ndarray, np.ndarray]:
        y = np.repeat([0, 1], sizes)
        x = rng.normal(size=(len(y), 6))
        x[:, :2] += 2.0 * y[:, None]
        return x, y

    return Part(*draw(frequent, round(ratio * frequent)), *draw(*MADE_UP_TEST))


def cut(x: np.ndarray, y: np.ndarray, ratio: float, seed: int) -> Part | None:
    """Halve rows into those to train and to test on, and thin the rare class of the former out.

    None if fewer than `FEWEST` rare rows would be left, or more would be needed than there are.
    """
    rng = np.random.default_rng(seed)
    frequent, rare = (rng.permutation(np.flatnonzero(y == label)) for label in (0, 1))
    half = len(frequent) // 2
    kept = round(ratio * half)
    if not FEWEST <= kept <= len(rare) // 2:
        return None
    train = np.concatenate([frequent[:half], rare[:kept]])
    test = np.concatenate([frequent[half:], rare[len(rare) // 2 :]])
    return Part(x[train], y[train], x[test], y[test])


def fetched(name: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Have the workflow fetch and prepare a dataset; None where it cannot be had."""
    path = Path("resources") / "prepared" / f"{name}.parquet"
    if not made(path) or not (ROOT / path).exists():
        return None
    prepared = pd.read_parquet(ROOT / path)
    x = features(prepared).to_numpy(np.float64)
    return x, (prepared["label"] == REAL[name]).to_numpy(np.int64)


def jobs(
    sources: dict[str, tuple[np.ndarray, np.ndarray] | None], ratios: list[float], seeds: int, steps: int
) -> Iterator[Job]:
    """List the trainings; a source without rows is the made-up one."""
    for name, rows in sources.items():
        for ratio in ratios:
            for seed in range(seeds):
                part = made_up(ratio, seed) if rows is None else cut(*rows, ratio, seed)
                if part is None:
                    continue
                wanted = round(steps / math.ceil(len(part.y) / BATCH_SIZE))
                epochs = min(max(wanted, EPOCHS[0]), EPOCHS[1])
                for method in METHODS:
                    yield Job(name, ratio, method, seed, epochs, part)


def prepare_process() -> None:
    """Give a process one thread."""
    from remix.study.runtime import before_import, configure_tensorflow

    before_import()
    configure_tensorflow(threads=1)


def train(job: Job) -> dict[str, Any]:
    """Train, and score what is predicted of the test part."""
    from remix import ReMixClassifier

    part = job.part
    model = ReMixClassifier(
        method=job.method,
        prior="trained",
        max_iter=job.epochs,
        batch_size=BATCH_SIZE,
        random_state=job.seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the table says how many mini-batches lack the class
        model.fit(part.x, part.y)
    record, p = model.records_[0], model.predict_proba(part.x_test)
    return {
        "data": job.data,
        "ratio": job.ratio,
        "rare": int(part.y.sum()),
        "epochs": job.epochs,
        "method": job.method,
        **scores(part.y_test, p, record["class_share"], np.bincount(part.y) / len(part.y)),
        "lacking": record["batches_lacking"][1] / record["batches"],
    }


def scores(y: np.ndarray, p: np.ndarray, trained: Any, natural: np.ndarray) -> dict[str, float]:
    """Score probabilities as trained, under equal shares, and under the natural ones."""
    balanced, true = exchange_prior(p, trained, [0.5, 0.5]), exchange_prior(p, trained, natural)
    logs = -np.log(np.maximum(true[np.arange(len(y)), y], np.finfo(float).eps))
    log_loss = float(natural @ (np.bincount(y, logs) / np.bincount(y)))
    return {
        "g_mean": g_mean(y, p),
        "bbs": balanced_brier_score(y, p),
        "g_mean_balanced": g_mean(y, balanced),
        "bbs_balanced": balanced_brier_score(y, balanced),
        "log_loss": log_loss,
        "of_shares": log_loss / float(-natural @ np.log(natural)),
    }


def shown(means: pd.DataFrame) -> pd.DataFrame:
    """Write means for people."""
    columns = {name: means[name].astype(str) for name in ("data", "rare", "epochs") if name in means}
    if "ratio" in means:
        columns["ratio"] = means["ratio"].map("{:g}".format)
    columns["method"] = means["method"]
    columns |= {
        "g-mean": means["g_mean"].map("{:.3f}".format),
        "BBS": means["bbs"].map("{:.3f}".format),
        "g-mean, balanced": means["g_mean_balanced"].map("{:.3f}".format),
        "BBS, balanced": means["bbs_balanced"].map("{:.3f}".format),
    }
    relative = means["of_shares"].map("{:.2f}".format)
    if "ratio" in means:
        columns["log loss"] = means["log_loss"].map("{:.3g}".format) + " (" + relative + ")"
    else:
        columns["log loss by that of the shares"] = relative
    columns["lacking"] = (100 * means["lacking"]).map("{:.1f} %".format)
    order = [name for name in ("data", "ratio", "rare", "epochs") if name in columns]
    return pd.DataFrame(columns)[[*order, *(name for name in columns if name not in order)]]


def main() -> None:
    """Train, print the scores, and write them to the results."""
    parser = argparse.ArgumentParser(prog="make default-method", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", nargs="*", default=[MADE_UP, *REAL], choices=[MADE_UP, *REAL])
    parser.add_argument("--ratios", type=float, nargs="+", default=list(RATIOS))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=8_000, help="of each training, about")
    parser.add_argument("--dry", action="store_true", help="leave results.md as it is")
    options = parser.parse_args()
    sources = {name: None if name == MADE_UP else fetched(name) for name in options.data}
    lacking = [name for name, rows in sources.items() if rows is None and name != MADE_UP]
    for name in lacking:
        del sources[name]
    measured = measure(list(jobs(sources, options.ratios, options.seeds, options.steps)))
    keys = ["data", "ratio", "rare", "epochs", "method"]
    means = measured.groupby(keys, sort=False)[list(SCORES)].mean().reset_index()
    overall = means.groupby("method", sort=False)[list(SCORES)].mean().reset_index()
    about = ABOUT.format(seeds=options.seeds, fewest=FEWEST, steps=options.steps, most=EPOCHS[1])
    if lacking:
        about += f" Could not be had: {', '.join(lacking)}."
    parts = [about, table(shown(means)), "Means over all of these:", table(shown(overall))]
    print("\n" + "\n\n".join(parts))
    if not options.dry:
        write_section(TITLE, "\n\n".join([machine("scikit-learn"), *parts, listing(NOTES)]))


def measure(planned: list[Job]) -> pd.DataFrame:
    """Run trainings, one on each core; prints a line for each.

    Raises
    ------
    RemixError
        If there is none.
    """
    if not planned:
        raise RemixError("nothing to train: no ratio leaves enough rare rows; give larger ones by --ratios")
    lines = []
    with ProcessPoolExecutor(
        cores(), mp_context=multiprocessing.get_context("spawn"), initializer=prepare_process
    ) as pool:
        for line in pool.map(train, planned):
            lines.append(line)
            numbers = ", ".join(f"{name} {line[name]:.4g}" for name in SCORES)
            print(f"{line['data']} {line['ratio']:g} {line['method']}: {numbers}", flush=True)
    return pd.DataFrame(lines)


if __name__ == "__main__":
    in_one_line(main)
