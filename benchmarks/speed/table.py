"""What people read of the measurements: medians, ratios to the study's own trainer, shares of the peak."""

from collections.abc import Mapping

import pandas as pd

from benchmarks.speed.contenders import CONTENDERS
from remix.study.results.markdown import ABSENT, listing, table

FOLDS, EPOCHS = 20, 100
TITLES = {contender.name: contender.title for contender in CONTENDERS}
# What issue and documentation ask for.
TIMES_KERAS, TIMES_OTHERS, TIMES_BASELINE, SHARE_OF_PEAK, RSS_GIB = 60, 4, 1.2, 0.7, 1.5


def summarise(
    measured: pd.DataFrame, costs: Mapping[tuple[str, str], tuple[float, float]], peak: float
) -> pd.DataFrame:
    """Take the medians over the runs, and what follows from them.

    Parameters
    ----------
    measured : DataFrame
        A row per `benchmarks.speed.measuring.Measurement`.
    costs : mapping
        By task and IR, `benchmarks.speed.cells.flops` of a fold-epoch: all of it, and what is needed.
    peak : float
        GFLOP/s of dense matrix products on all cores.

    Returns
    -------
    DataFrame
        ``task, ir, method, contender``; ``rate``, fold-epochs per second; ``seconds`` for the whole training
        of a cell; ``ratio``, seconds by those of ``ours``; ``share`` and ``share_needed`` of the peak;
        ``warm_up``, ``rss_mib`` (the largest of all runs), ``spread`` ((largest - smallest) / median of
        the rate), ``runs``, ``epochs``, ``folds``.
    """
    rated = measured.assign(rate=measured["fold_epochs"] / measured["seconds"])
    keys = ["task", "ir", "method", "contender"]
    groups = rated.groupby(keys, sort=False)
    lines = groups[["rate", "warm_up"]].median()
    lines["rss_mib"] = groups["rss_mib"].max()
    lines["spread"] = (groups["rate"].max() - groups["rate"].min()) / lines["rate"]
    lines["runs"] = groups.size()
    lines[["epochs", "folds", "processes"]] = groups[["epochs", "folds", "processes"]].first()
    lines = lines.reset_index()
    lines["seconds"] = FOLDS * EPOCHS / lines["rate"]
    ours = lines[lines["contender"] == "ours"].set_index(keys[:3])["seconds"]
    own = [ours.get(key, float("nan")) for key in lines[keys[:3]].itertuples(index=False, name=None)]
    lines["ratio"] = lines["seconds"] / own
    for column, i in (("share", 0), ("share_needed", 1)):
        cost = [costs[key][i] for key in lines[keys[:2]].itertuples(index=False, name=None)]
        lines[column] = lines["rate"] * cost / (1e9 * peak)
    return lines


def for_people(lines: pd.DataFrame) -> pd.DataFrame:
    """Write the numbers of `summarise` as texts, under headings for people."""
    return pd.DataFrame(
        {
            "dataset": lines["task"] + ", IR " + lines["ir"],
            "method": lines["method"],
            "trained by": lines["contender"].map(TITLES),
            "seconds": lines["seconds"].map("{:.1f}".format),
            "fold-epochs/s": lines["rate"].map("{:,.0f}".format),
            "± %": [
                f"{50 * spread:.0f}" if runs > 1 else ABSENT
                for spread, runs in zip(lines["spread"], lines["runs"], strict=True)
            ],
            "× ours": lines["ratio"].map("{:.1f}".format),
            "% of peak": lines["share"].map("{:.0%}".format).str.rstrip("%"),
            "% needed": lines["share_needed"].map("{:.0%}".format).str.rstrip("%"),
            "warm-up s": lines["warm_up"].map("{:.1f}".format),
            "MiB per process": lines["rss_mib"].map("{:,.0f}".format),
            "measured": [
                f"{runs} × {folds} folds × {epochs} epochs"
                for runs, folds, epochs in zip(lines["runs"], lines["folds"], lines["epochs"], strict=True)
            ],
        }
    )


def targets(lines: pd.DataFrame) -> pd.DataFrame:
    """Hold the medians against what the project wants: ``target``, ``measured`` and ``met`` as texts."""
    seconds = lines.set_index(["task", "method", "contender"])["seconds"]
    found: list[tuple[str, str, str]] = []

    def add(name: str, value: float, text: str, met: bool) -> None:
        if value == value:
            found.append((name, text, "yes" if met else "no"))

    for task in lines["task"].unique():
        own = seconds.get((task, "baseline", "ours"), float("nan"))
        times = seconds.get((task, "baseline", "keras_fit"), float("nan")) / own
        add(f"{task}: ≥ {TIMES_KERAS} × faster than Keras fit", times, f"{times:.0f} ×", times >= TIMES_KERAS)
        others = [
            seconds.get((task, "baseline", name), float("nan")) for name in ("sklearn_mlp", "pytorch_loop")
        ]
        times = min((other / own for other in others if other == other), default=float("nan"))
        name = f"{task}: ≥ {TIMES_OTHERS} × faster than the best of scikit-learn and PyTorch"
        add(name, times, f"{times:.1f} ×", times >= TIMES_OTHERS)
        for method in ("smote", "remix"):
            times = seconds.get((task, method, "ours"), float("nan")) / own
            name = f"{task}: {method} within {TIMES_BASELINE} × of baseline's time"
            add(name, times, f"{times:.2f} ×", times <= TIMES_BASELINE)
    shares = lines.set_index(["task", "method", "contender"])["share"]
    share = shares.get(("musk", "baseline", "ours"), float("nan"))
    add(f"musk: ≥ {SHARE_OF_PEAK:.0%} of the peak", share, f"{share:.0%}", share >= SHARE_OF_PEAK)
    memory = lines.loc[lines["contender"] == "ours", "rss_mib"].max() / 1024
    add(f"memory ≤ {RSS_GIB} GiB per process", memory, f"{memory:.2f} GiB", memory <= RSS_GIB)
    return pd.DataFrame(found, columns=["target", "measured", "met"])


def section(
    lines: pd.DataFrame, peaks: Mapping[tuple[str, int], float], machine: str, absent: Mapping[str, str]
) -> str:
    """Write the section of benchmarks/results.md."""
    (library, size), best = max(peaks.items(), key=lambda item: item[1])
    present = [contender for contender in CONTENDERS if contender.name in set(lines["contender"])]
    others = ", ".join(f"{name} {value:.0f}" for name, value in _best_by_library(peaks).items())
    return "\n\n".join(
        [
            machine,
            f"The peak of dense float32 products on all cores is **{best:.0f} GFLOP/s** ({library}, "
            f"{size} × {size}; best of each library: {others}).",
            table(for_people(lines)),
            listing(
                [
                    f"*seconds*: {FOLDS} folds × {EPOCHS} epochs on the whole machine, from the measured "
                    "fold-epochs per second, which are medians of the runs; ± is half of the range of these. "
                    "Slow ones train fewer folds and epochs, as the last column says.",
                    "*× ours*: that time by that of the first line of the same dataset and method.",
                    "*% of peak*: 6 × weights of the dense layers × rows of the training part × fold-epochs "
                    "per second, by the peak (forward, gradient by weights, gradient by inputs: a "
                    "multiplication and an addition for each weight and row). *% needed* leaves out the "
                    "gradient by the inputs of the first layer, which nothing needs.",
                    "*warm-up*, not in the seconds: start of the processes, imports, data, tracing or "
                    "compiling, first epoch (of the first fold).",
                    *(f"*{contender.title}*: {contender.note}." for contender in present),
                    *(f"*{TITLES[name]}* is missing: {reason}." for name, reason in absent.items()),
                ]
            ),
            "What the project aims at:",
            table(targets(lines)),
        ]
    )


def _best_by_library(peaks: Mapping[tuple[str, int], float]) -> dict[str, float]:
    best: dict[str, float] = {}
    for (library, _), value in peaks.items():
        best[library] = max(value, best.get(library, 0.0))
    return best
