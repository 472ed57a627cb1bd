"""What the paper claims of its experiments, and what a study's scores say of each claim."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import pandas as pd

from remix.metrics import metric as metric_named
from remix.study.compare import ranking, statistics
from remix.study.compare.statistics import ALPHA
from remix.study.data.catalogue import NATURAL

PRINTED_METHODS = ("baseline", "cost", "smote", "mixup", "remix")
IMAGE_METHODS = (*PRINTED_METHODS, "augment", "remix_aug")
# The paper's images, by the name of the dataset.
CIFAR = "cifar10"
HOLDS, FAILS, UNDECIDED = "holds", "does not hold", "undecided"
# What stands as the section of a claim that is judged on data which the paper does not have.
NOT_OF_THE_PAPER = "not the paper's data"
# With two datasets an interval is the range of two numbers; from this many on it says something.
FEWEST_DATASETS = 3
# The range of α that the claims of Figure 7 are about.
SWEPT = (0.01, 0.4)
# A score that changes by less over α is stable. In three of four cells of the reference run the folds of
# ReMix differ by less than this in g-mean (one standard deviation). Chosen before α was first varied here.
STABLE_WITHIN = 0.05
COLUMNS = [
    "claim", "section", "effect_name", "effect", "low", "high", "test", "p",
    "n_cells", "n_datasets", "agrees", "verdict", "note",
]  # fmt: skip


class Evidence(NamedTuple):
    """What scores say of a claim.

    Attributes
    ----------
    effect_name : str
        What was measured, such that a positive number speaks for the claim.
    effect : float
        The number; NaN where there is nothing to measure it on.
    low, high : float
        Bootstrap interval of 95 %, with datasets as the unit.
    test : str
        Name of the test.
    p : float
        Two-sided.
    n_cells, n_datasets : int
        What all this is over.
    agrees : bool or None
        Whether the numbers as they stand, without regard to chance, are as claimed; None without numbers.
    note : str
        What else a reader must know.
    """

    effect_name: str
    effect: float
    low: float
    high: float
    test: str
    p: float
    n_cells: int
    n_datasets: int
    agrees: bool | None
    note: str = ""

    @property
    def verdict(self) -> str:
        """Judge: decided only where interval and test agree, on three datasets or more."""
        if self.n_datasets < FEWEST_DATASETS or not self.p < ALPHA:
            return UNDECIDED
        if self.low > 0:
            return HOLDS
        return FAILS if self.high < 0 else UNDECIDED


@dataclass(frozen=True)
class Claim:
    """A claim of the paper.

    Attributes
    ----------
    text : str
        The claim, in our words.
    section : str
        Where the paper makes it.
    evidence : callable
        ``evidence(scores, datasets)``: scores as in `remix.study.compare.ranking`, and the dataset of each
        task.
    methods : tuple of str
        Those that the claim is about; others take no part.
    dataset : str or None
        The only dataset that it is about.
    of_sweep : bool
        Whether the scores that it is judged by are those of the sweep over α.
    """

    text: str
    section: str
    evidence: Callable[[pd.DataFrame, Mapping[str, str]], Evidence]
    methods: tuple[str, ...] = PRINTED_METHODS
    dataset: str | None = None
    of_sweep: bool = False


def claims_table(
    scores: pd.DataFrame,
    datasets: Mapping[str, str],
    *,
    sweep: pd.DataFrame | None = None,
    claims: "Sequence[Claim] | None" = None,
) -> pd.DataFrame:
    """Judge every claim by the scores of a study.

    Parameters
    ----------
    scores : DataFrame
        See `remix.study.compare.ranking`. Methods that a claim is not about take no part in it; cells that
        the paper does not have are left out by the caller.
    datasets : mapping of str to str
        Dataset of each task, the unit of the intervals.
    sweep : DataFrame, optional
        Scores at several α: the columns of `scores`, and ``alpha``. Only ReMix's count.
    claims : sequence of Claim, optional
        The claims to judge; else those of the paper.

    Returns
    -------
    DataFrame
        One row per claim, in the order given: ``claim, section``, the fields of `Evidence`, ``verdict``.
    """
    # Of all scores, a dozen times as many, no other is looked at; it is done once for each claim.
    scores = scores[scores["metric"].isin(ranking.PAPER_METRICS)]
    swept = pd.DataFrame() if sweep is None else sweep[sweep["method"] == "remix"]
    lines = []
    for claim in CLAIMS if claims is None else claims:
        chosen = scores[scores["method"].isin(claim.methods)]
        if claim.dataset is not None:
            chosen = chosen[chosen["task"].map(datasets) == claim.dataset]
        present = set(chosen["method"])
        absent = [name for name in claim.methods if name not in present]
        if claim.of_sweep and swept.empty:
            found = _nothing("the study does not vary ReMix's α on the paper's tasks")
        elif claim.of_sweep:
            found = claim.evidence(swept, datasets)
        elif chosen.empty and claim.dataset is not None:
            found = _nothing(f"there are no scores on {claim.dataset}")
        elif absent:
            found = _nothing(f"there are no scores of {', '.join(absent)}")
        else:
            found = claim.evidence(chosen, datasets)
        lines.append(
            {"claim": claim.text, "section": claim.section, **found._asdict(), "verdict": found.verdict}
        )
    return pd.DataFrame(lines)[COLUMNS]


def contest(
    scores: pd.DataFrame,
    datasets: Mapping[str, str],
    *,
    kind: str,
    metric: str,
    winner: str,
    rivals: Sequence[str],
    by: str = "rank",
) -> Evidence:
    """Hold "this method is better than these" against the best of them.

    Parameters
    ----------
    scores, datasets
        As `claims_table`.
    kind, metric : str
        Which cells, and the yardstick.
    winner : str
        The method that is claimed to be better.
    rivals : sequence of str
        The methods that it is claimed to be better than.
    by : {'rank', 'mean'}
        What makes a method better: a lower rank sum over the cells, or a better mean.

    Returns
    -------
    Evidence
        The effect is the mean over the cells of the difference to the best rival. The test is Wilcoxon's over
        the cells, Holm-corrected for the number of rivals.
    """
    of_kind = scores[scores["kind"] == kind]
    if of_kind.empty:
        return _nothing(f"there are no {kind} cells")
    means = ranking.cell_means(of_kind, metric)
    if by == "rank":
        order = statistics.ranked(means, metric).mean()
    else:
        order = -metric_named(metric).sign * means.mean()
    rival = str(order[list(rivals)].idxmin())
    apart = {other: statistics.differences(means, metric, winner, other) for other in rivals}
    p_values = statistics.holm([statistics.wilcoxon_p(apart[other]) for other in rivals])
    found = _measured(
        apart[rival],
        datasets,
        effect_name=f"{winner} − {rival}",
        test="Wilcoxon over cells, Holm",
        p=float(p_values[list(rivals).index(rival)]),
        note=f"{rival} is the best of the others by {by}; {winner} is better in "
        f"{int((apart[rival] > 0).sum())} of {len(means)} cells",
    )
    return found._replace(agrees=bool(order[winner] < order[rival]))


def shrinking_gain(
    scores: pd.DataFrame, datasets: Mapping[str, str], *, kind: str, metric: str, method: str
) -> Evidence:
    """Hold "the gain over the baseline shrinks as imbalance grows" against each task's two extreme ratios.

    Returns
    -------
    Evidence
        The effect is the mean over the tasks of the gain at the mildest ratio less that at the most extreme.
        The test is the t-test over the tasks.
    """
    from scipy import stats

    of_kind = scores[scores["kind"] == kind]
    if of_kind.empty:
        return _nothing(f"there are no {kind} cells")
    gains = ranking.cell_gains(of_kind, metric)[method]
    shrunk = {}
    for task, part in gains.groupby(level="task", sort=False):
        # Where the ratio of the data lies among the others is not known.
        part = part[part.index.get_level_values("ir") != NATURAL]
        by_ratio = part.set_axis(part.index.get_level_values("ir").astype(float)).sort_index()
        if len(by_ratio) > 1:
            shrunk[task] = by_ratio.iloc[-1] - by_ratio.iloc[0]
    if len(shrunk) < 2:
        return _nothing("fewer than two tasks have several imbalance ratios")
    change = pd.Series(shrunk).rename_axis("task")
    found = _measured(
        change,
        datasets,
        effect_name=f"{method}'s gain at the mildest ratio − at the most extreme",
        test="t-test over tasks",
        p=float("nan") if len(set(change)) == 1 else float(stats.ttest_1samp(change.to_numpy(), 0.0).pvalue),
        note=f"shrinks on {(change > 0).sum()} of {len(change)} tasks",
    )
    return found._replace(n_cells=2 * len(change))


def better_with_alpha(sweep: pd.DataFrame, datasets: Mapping[str, str], *, metric: str) -> Evidence:
    """Hold "the score gets better as α grows" against the two ends of the range of α.

    Returns
    -------
    Evidence
        The effect is the mean over the cells of all kinds of the improvement from the least α to the largest.
        The test is Wilcoxon's over the cells. The note tells in how many cells the scores at all α tend to be
        better for larger ones (Kendall's τ).
    """
    from scipy import stats

    means = _means_by_alpha(sweep, metric)
    if isinstance(means, Evidence):
        return means
    least, most = SWEPT
    better = means * metric_named(metric).sign
    change = better[most] - better[least]
    tau = better.apply(lambda cell: stats.kendalltau(better.columns, cell).statistic, axis=1).fillna(0.0)
    return _measured(
        change,
        datasets,
        effect_name=f"improvement from α {least} to α {most}",
        test="Wilcoxon over cells",
        p=statistics.wilcoxon_p(change),
        note=f"better at {most} than at {least} in {int((change > 0).sum())} of {len(change)} cells; over "
        f"{len(means.columns)} values of α Kendall's τ is {tau.mean():+.2f} on average and positive in "
        f"{int((tau > 0).sum())} of them",
    )


def stable_over_alpha(
    sweep: pd.DataFrame, datasets: Mapping[str, str], *, metric: str, margin: float
) -> Evidence:
    """Hold "the score hardly depends on α" against the largest difference between two α of a cell.

    Returns
    -------
    Evidence
        The effect is the mean over the cells of all kinds of what is left of the margin: the margin less the
        range of the means over α. Chance makes a range wider, so the claim has the harder case. The test is
        Wilcoxon's over the cells.
    """
    means = _means_by_alpha(sweep, metric)
    if isinstance(means, Evidence):
        return means
    spread = means.max(axis=1) - means.min(axis=1)
    _, task, ir = spread.idxmax()
    return _measured(
        margin - spread,
        datasets,
        effect_name=f"{margin} − range over α",
        test="Wilcoxon over cells",
        p=statistics.wilcoxon_p(margin - spread),
        note=f"the range over {len(means.columns)} values of α is {spread.mean():.3f} on average, below "
        f"{margin} in {int((spread < margin).sum())} of {len(spread)} cells, and widest on {task}, IR {ir}: "
        f"{spread.max():.3f}",
    )


def _means_by_alpha(sweep: pd.DataFrame, metric: str) -> pd.DataFrame | Evidence:
    """Give the mean of each cell (rows) at each α of the range (columns) that all tasks have."""
    within = sweep[sweep["alpha"].between(*SWEPT)]
    # With α in the place of the method. A task may have an α of its own, the study's.
    means = pd.concat(
        [
            ranking.cell_means(part.assign(method=part["alpha"]), metric)
            for _, part in within.groupby("task", sort=False)
        ]
        or [pd.DataFrame()]
    )
    means = means.dropna(axis="columns").sort_index(axis="columns")
    absent = [str(alpha) for alpha in SWEPT if alpha not in means.columns]
    return _nothing(f"the sweep lacks α {' and '.join(absent)}") if absent else means


def _measured(
    effects: pd.Series, datasets: Mapping[str, str], *, effect_name: str, test: str, p: float, note: str
) -> Evidence:
    """Judge by one number per cell, or per task, positive where it speaks for the claim."""
    units = [datasets[task] for task in effects.index.get_level_values("task")]
    interval = statistics.bootstrap_interval(effects, units)
    return Evidence(
        effect_name=effect_name,
        effect=float(effects.mean()),
        low=interval.low,
        high=interval.high,
        test=test,
        p=p,
        n_cells=len(effects),
        n_datasets=len(set(units)),
        agrees=bool(effects.mean() > 0),
        note=note,
    )


def weakest(parts: Mapping[str, Evidence]) -> Evidence:
    """Hold a claim that has several parts against the one that speaks least for it.

    A part that does not hold goes before one that is undecided, and of several such the one with the smallest
    effect. The numbers are as claimed if they are so in all parts.

    Parameters
    ----------
    parts : mapping of str to Evidence
        By what they are about, for people.
    """
    for part in parts.values():
        if part.agrees is None:
            return part
    order = (FAILS, UNDECIDED, HOLDS)
    name = min(parts, key=lambda name: (order.index(parts[name].verdict), parts[name].effect))
    agreeing = sum(bool(part.agrees) for part in parts.values())
    note = f"{agreeing} of {len(parts)} parts stand as claimed; the weakest, {name}: {parts[name].note}"
    return parts[name]._replace(agrees=agreeing == len(parts), note=note)


def image_claims(dataset: str, title: str, section: str = NOT_OF_THE_PAPER) -> tuple[Claim, ...]:
    """Make what the paper claims of CIFAR-10 a claim about a dataset of images.

    Parameters
    ----------
    dataset : str
        Name of the dataset.
    title : str
        Its name for people.
    section : str
        Where the paper makes the claims.
    """
    basic = {"remix": ("mixup", "cost", "smote")}
    aug_first = {"remix_aug": ("augment",), "augment": PRINTED_METHODS}
    aug_second = {"augment": ("remix_aug",), "remix_aug": PRINTED_METHODS}
    above = "ReMix is above MixUp, cost adjustment and SMOTE in both metrics"
    stated = (
        (f"binary, {above}", "binary_images", basic, PRINTED_METHODS),
        (f"multi-class, {above}", "multiclass_images", basic, PRINTED_METHODS),
        (
            "binary, ReMix (Aug) is first and augmentation alone second in both metrics",
            "binary_images", aug_first, IMAGE_METHODS,
        ),
        (
            "multi-class, augmentation alone is first and ReMix (Aug) second in both metrics",
            "multiclass_images", aug_second, IMAGE_METHODS,
        ),
    )  # fmt: skip
    return tuple(
        Claim(f"On {title}, {text}", section, _contests(kind, contests), methods, dataset)
        for text, kind, contests, methods in stated
    )


def _nothing(note: str) -> Evidence:
    nan = float("nan")
    return Evidence("", nan, nan, nan, "", nan, 0, 0, None, note)


def _contests(
    kind: str, contests: Mapping[str, Sequence[str]]
) -> Callable[[pd.DataFrame, Mapping[str, str]], Evidence]:
    """Hold each method against its rivals, in both metrics of the paper."""
    return lambda scores, datasets: weakest(
        {
            f"{winner} by {metric_named(metric).title.lower()}": contest(
                scores, datasets, kind=kind, metric=metric, winner=winner, rivals=rivals, by="mean"
            )
            for metric in ranking.PAPER_METRICS
            for winner, rivals in contests.items()
        }
    )


_REMIX_FIRST = partial(contest, winner="remix", rivals=("baseline", "cost", "smote", "mixup"))
_SHRINKING = partial(shrinking_gain, kind="binary", metric="g_mean")
CLAIMS = (
    Claim(
        "ReMix has the best rank sum in g-mean, binary tasks",
        "Table 2",
        partial(_REMIX_FIRST, kind="binary", metric="g_mean"),
    ),
    Claim(
        "ReMix has the best rank sum in balanced Brier score, binary tasks",
        "Table 2",
        partial(_REMIX_FIRST, kind="binary", metric="balanced_brier"),
    ),
    Claim(
        "ReMix has the best rank sum in g-mean, multi-class tasks",
        "Table 2",
        partial(_REMIX_FIRST, kind="multiclass", metric="g_mean"),
    ),
    Claim(
        "ReMix has the best rank sum in balanced Brier score, multi-class tasks",
        "Table 2",
        partial(_REMIX_FIRST, kind="multiclass", metric="balanced_brier"),
    ),
    Claim(
        "SMOTE is second in g-mean, binary tasks",
        "Table 2 and Figure 5",
        partial(
            contest, kind="binary", metric="g_mean", winner="smote", rivals=("baseline", "cost", "mixup")
        ),
    ),
    Claim(
        "ReMix's gain in g-mean shrinks as imbalance grows, binary tasks",
        "Figure 5",
        partial(_SHRINKING, method="remix"),
    ),
    Claim(
        "SMOTE's gain in g-mean shrinks as imbalance grows, binary tasks",
        "Figure 5",
        partial(_SHRINKING, method="smote"),
    ),
    Claim(
        "ReMix's gain in balanced Brier score is above all others', binary tasks",
        "Figure 5",
        partial(_REMIX_FIRST, kind="binary", metric="balanced_brier", by="mean"),
    ),
    Claim(
        "ReMix's gain in balanced Brier score is above all others', multi-class tasks",
        "Figure 5",
        partial(_REMIX_FIRST, kind="multiclass", metric="balanced_brier", by="mean"),
    ),
    *image_claims(CIFAR, "CIFAR-10", "Figure 6"),
    Claim(
        "The balanced Brier score falls as α grows from 0.01 to 0.4",
        "Figure 7",
        partial(better_with_alpha, metric="balanced_brier"),
        of_sweep=True,
    ),
    Claim(
        "The g-mean is stable for α between 0.01 and 0.4",
        "Figure 7",
        partial(stable_over_alpha, metric="g_mean", margin=STABLE_WITHIN),
        of_sweep=True,
    ),
)  # fmt: skip
