"""What docs/audit.md, docs/results.md and README say is what the reference runs have."""

import re
from pathlib import Path

import pandas as pd
import pytest

from remix.study.words import percent

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "results/reference/tables"
# Of the run that trained the deviations, on fewer cells and repeats.
AUDITED = ROOT / "results/reference/audit/tables"
AUDIT, README, RESULTS = (
    (ROOT / name).read_text() for name in ("docs/audit.md", "README.md", "docs/results.md")
)
SAID = " ".join(AUDIT.split())  # without the ends of lines
STUDY, MEASURED = ((ROOT / name).read_text() for name in ("docs/study.md", "benchmarks/results.md"))
WHAT_TO_USE = (ROOT / "docs/what_to_use.md").read_text()
EXTENDED, RESNET, LONG_TAILS = (
    TABLES.parent / name / "tables" for name in ("extended", "resnet", "long_tails")
)
COLUMNS = [(k, m) for k in ("binary", "multiclass") for m in ("g_mean", "balanced_brier")]


@pytest.fixture(scope="module")
def audit():
    return pd.read_csv(AUDITED / "audit.csv")


def rows(text, first):
    """Rows of the table whose first column is headed so, as texts without emphasis."""
    block = re.search(rf"^\| {first} \|.*?\n\n", text + "\n", re.M | re.S).group(0)
    lines = block.strip().splitlines()[2:]
    return {
        cells[0]: cells[1:]
        for cells in ([cell.strip(" *`") for cell in line.strip("|").split("|")] for line in lines)
    }


def signed(*numbers):
    """Write a mean, and its interval if there is one, as the docs have them."""
    mean, *ends = (f"{number:.3f}".replace("-", "−") for number in numbers)
    return f"{mean} [{', '.join(ends)}]" if ends else mean


def test_the_table_of_distances_is_the_reference_runs(audit):
    by_column = audit.drop_duplicates(["setting", "kind", "metric"]).set_index(["setting", "kind", "metric"])
    shown = rows(AUDIT, "Protocol")
    # The study has no more repeats than the deviations: of its two rows one is shown.
    assert list(shown) == [
        name for name in dict.fromkeys(audit["setting"]) if name != "as configured, 3 repeats"
    ]
    for setting, cells in shown.items():
        expected = [by_column.loc[(setting, *column)] for column in COLUMNS]
        assert cells == [f"{row['distance']:.2f} ({row['tau']:.2f})" for row in expected]


def test_the_contradictions_are_the_reference_runs(audit):
    total = (
        audit.drop_duplicates(["setting", "kind", "metric"]).groupby("setting")["total_contradiction"].sum()
    )
    said = re.search(r"contradict the printed ones by (\d+) ranks in all, where .*? by (\d+):", SAID)
    assert [int(number) for number in said.groups()] == [
        total["all of authors.yaml"],
        total["as configured, first 3 repeats"],
    ]


def test_the_rank_sum_out_of_reach_is_the_reference_runs(audit):
    row = audit.set_index(["setting", "kind", "metric", "method"]).loc[
        ("as configured, first 3 repeats", "binary", "g_mean", "cost")
    ]
    said = "Rank sum {:.0f} of cost adjustment in binary g-mean alone is {:.0f} below the least"
    assert said.format(row["rank_sum"], row["lowest"] - row["rank_sum"]) in SAID


def test_what_the_deviations_change_is_the_reference_runs():
    effects = pd.read_csv(AUDITED / "audit_effects.csv").set_index(
        ["protocol", "kind", "metric", "method", "ir", "task"]
    )["change"]
    claims = pd.read_csv(AUDITED / "audit_claims.csv", keep_default_na=False, na_values=[""])

    def change(*key, task="All", ir="All"):
        return f"{effects[(*key, ir, task)]:+.3f}".replace("-", "−").removeprefix("+")

    def lead(protocol, metric):
        claim = f"ReMix has the best rank sum in {metric}, binary tasks"
        (row,) = claims[(claims["protocol"] == protocol) & (claims["claim"] == claim)].itertuples()
        return signed(row.effect, row.low, row.high)

    epochs, pool = (
        {
            (method, metric): change(protocol, "binary", metric, method)
            for method in ("cost", "remix")
            for metric in ("g_mean", "balanced_brier")
        }
        for protocol in ("epochs", "balance_pool")
    )
    assert (
        f"{epochs['cost', 'g_mean']} in g-mean and {epochs['cost', 'balanced_brier']} in balanced Brier "
        f"score, ReMix {epochs['remix', 'g_mean']} and {epochs['remix', 'balanced_brier']}." in SAID
    )
    assert f"grows to {lead('epochs', 'balanced Brier score')} and is decided" in SAID
    assert f"lag in g-mean, {lead('epochs', 'g-mean')}, no longer" in SAID
    assert f"g-mean +{change('epochs', 'multiclass', 'g_mean', 'mixup')})" in SAID
    at_least = change("balance_pool", "binary", "balanced_brier", "remix", ir="0.01")
    assert f"better by {at_least}; over all ratios it adds {pool['remix', 'balanced_brier']}" in SAID
    assert f"stays undecided ({lead('balance_pool', 'balanced Brier score')})" in SAID
    at_least = change("balance_pool", "binary", "g_mean", "remix", ir="0.01")
    assert f"{at_least} at 0.01, {pool['remix', 'g_mean']} over all" in SAID


def test_more_epochs_change_the_order_of_the_last_two_only(audit):
    """And that in multi-class g-mean alone."""
    ranks = audit.pivot_table("mean_rank", ["kind", "metric", "setting"], "method")

    def order(setting, column):
        return list(ranks.loc[(*column, setting)].sort_values(kind="stable").index)

    settings = ("as configured, first 3 repeats", "epochs 500")
    changed = {}
    for column in COLUMNS:
        before, after = (order(setting, column) for setting in settings)
        if before != after:
            changed[column] = before, after
    assert changed.keys() == {("multiclass", "g_mean")}
    ((before, after),) = changed.values()
    assert (before[:3], before[3:]) == (after[:3], after[:2:-1])
    assert set(before[3:]) == {"baseline", "mixup"}


def test_what_grouped_folds_cost_is_the_reference_runs():
    table = pd.read_csv(AUDITED / "audit_effects.csv")
    grouped = table[table["setting"] == "splits groups"]
    lost = grouped.set_index(["task", "metric", "title"])["change"]
    shown = rows(AUDIT, "lost with grouped folds")
    assert list(shown) == list(dict.fromkeys(grouped["title"]))
    for title, cells in shown.items():
        expected = [
            -lost[task, metric, title]
            for task in ("musk", "seizure")
            for metric in ("g_mean", "balanced_brier")
        ]
        assert cells == [f"{number:.3f}" for number in expected]
    others = grouped[~grouped["task"].isin(["All", "musk", "seizure"])]
    assert len(others)
    assert (others["change"] == 0).all()
    claims = pd.read_csv(AUDITED / "audit_claims.csv")
    verdicts = claims.pivot_table(index="claim", columns="protocol", values="verdict", aggfunc="first")
    assert (verdicts["splits"] == verdicts["study_alike"]).all()


def test_readme_and_audit_name_the_same_distances(audit):
    binary = audit[(audit["kind"] == "binary") & (audit["metric"] == "g_mean")]
    distance = binary.groupby("setting")["distance"].first()
    numbers = [f"{distance['cost_weights ignored']:.2f}", f"{distance['as configured, first 3 repeats']:.2f}"]
    for text in (AUDIT, README):
        for number in numbers:
            assert number in text


def test_readme_says_how_many_cells_its_table_has():
    ranks = pd.read_csv(TABLES / "rank_sums.csv").drop_duplicates("kind").set_index("kind")["n_cells"]
    said = f"over {ranks['binary'] + ranks['multiclass']} of the paper's 27 cells"
    assert said in " ".join(README.split())


def test_gains_and_scores_are_the_reference_runs():
    scores = pd.read_csv(TABLES / "calibration.csv")
    assert not scores.empty
    gains = pd.read_csv(TABLES / "gains.csv", dtype={"ir": str})
    of_remix = gains[(gains["kind"] == "binary") & (gains["method"] == "remix")]
    for ir in ("0.05", "0.01"):
        (gain,) = of_remix.loc[(of_remix["metric"] == "g_mean") & (of_remix["ir"] == ir), "gain"]
        assert f"{gain:.3f} at {ir}" in SAID
    bbs = of_remix[(of_remix["metric"] == "balanced_brier") & (of_remix["ir"] == "All")].iloc[0]
    assert f"{bbs['gain']:.3f} [{bbs['low']:.3f}, {bbs['high']:.3f}]" in AUDIT


def test_the_lead_of_remix_is_the_reference_runs():
    pairs = pd.read_csv(TABLES / "comparisons.csv").set_index(["kind", "metric", "first", "second"])
    methods = {"Baseline": "baseline", "MixUp": "mixup", "SMOTE": "smote", "Cost Adjusted": "cost"}
    shown = rows(AUDIT, "over")
    assert list(shown) == list(methods)
    for title, cells in shown.items():
        expected = []
        for kind in ("binary", "multiclass"):
            pair = pairs.loc[(kind, "balanced_brier", "remix", methods[title])]
            p = "< 0.001" if pair["holm_p"] < 0.001 else f"{pair['holm_p']:.3f}"
            expected += [signed(pair["mean_difference"], pair["low"], pair["high"]), p]
        assert cells == expected


def test_the_first_places_of_the_reference_run():
    """Best mean ranks, and in how many cells one method is ahead of another."""
    ranks = pd.read_csv(TABLES / "rank_sums.csv").set_index(["kind", "metric", "method"]).sort_index()
    scores = pd.read_csv(TABLES / "scores.csv", dtype={"ir": str})
    means = scores.pivot_table("mean", ["kind", "metric", "task", "ir"], "method")
    binary, several = (ranks.loc[kind, "balanced_brier"]["mean_rank"] for kind in ("binary", "multiclass"))
    assert binary.idxmin() == several.idxmin() == "remix"
    assert f"best mean rank, {binary['remix']:.2f} binary and {several['remix']:.2f} multi-class" in SAID
    g_mean, brier = (means.loc["binary", metric] for metric in ("g_mean", "balanced_brier"))
    ahead = (g_mean["cost"] > g_mean["remix"]).sum()
    assert f"ahead of ReMix in {ahead} of {len(g_mean)} cells" in SAID
    before = (brier["remix"] < brier["cost"]).sum()
    assert f"ranks before cost adjustment, in {before} of {len(brier)} cells" in SAID
    printed = ranks["published_rank_sum"].dropna().astype(int)
    pairs = [f"{printed[*column, 'cost']} and {printed[*column, 'baseline']}" for column in COLUMNS]
    assert f"in all four columns ({', '.join(pairs)})" in SAID


def test_the_tests_in_each_cell_are_the_reference_runs():
    table = pd.read_csv(TABLES / "cell_tests.csv")
    ours = table[
        (table["metric"] == "balanced_brier")
        & table["kind"].isin(["binary", "multiclass"])
        & (table["first"] == "remix")
    ]
    decided = ours[ours["p"] < 0.05]
    n_cells = len(ours) // ours["second"].nunique()
    better = decided[decided["mean_difference"] > 0].groupby("second").size()
    assert better.sum() == len(decided)  # worse in none
    assert (
        f"better than the baseline in {better['baseline']} of {n_cells} cells, than MixUp in "
        f"{better['mixup']}, than SMOTE in {better['smote']}, than cost adjustment in {better['cost']}, "
        "and worse in none" in SAID
    )


def test_the_scores_on_seizure_are_the_reference_runs():
    scores = pd.read_csv(TABLES / "scores.csv", dtype={"ir": str})
    means = scores.pivot_table("mean", ["metric", "task", "ir"], "method")
    cell = means.loc["g_mean", "seizure", "0.05"]
    said = "(g-mean {smote:.3f}, ReMix {remix:.3f} and cost adjustment {cost:.3f} at 0.05)"
    assert said.format(**cell) in SAID
    for ir in ("0.05", "0.025"):
        assert means.loc["g_mean", "seizure", ir].idxmax() == "smote"
        assert means.loc["balanced_brier", "seizure", ir].idxmin() == "smote"
    assert (means.loc["g_mean", "seizure_multi"].idxmax(axis=1) == "smote").all()


def test_which_seizures_are_found_is_as_measured():
    """By `python -m benchmarks.seizure_waves`, on the predictions of the reference run."""
    section = MEASURED.partition("## Which seizures are found")[2].partition("\n## ")[0]
    sizes = re.search(
        r"vary by (\S+) in the median, those of the other classes by (\S+) to (\S+)\. ", section
    )
    said = "vary by {} in the median, those of all other classes by {} to {}. "
    assert said.format(*sizes.groups()) in SAID
    found = {
        quarter: [int(cell.removesuffix(" %")) for cell in cells]
        for quarter, cells in rows(section, "Seizures with +").items()
    }
    smallest, *others = found.values()
    said = "it finds {} % at 0.05, cost adjustment {} % and ReMix {} %. "
    assert said.format(*smallest) in SAID
    ranges = [f"{min(shares)} to {max(shares)} %" for shares in zip(*others, strict=True)]
    assert f"alike ({', '.join(ranges)})" in SAID


def test_what_the_order_of_rows_moves_is_as_measured():
    """By `python -m benchmarks.row_order`: the table of docs/study.md, and what both pages say of it."""
    section = MEASURED.partition("## What the order of rows moves: seizure at 0.05")[2].partition("\n## ")[0]
    titles = {"Baseline": "baseline", "Cost Adjusted": "cost", "SMOTE": "smote", "ReMix": "remix"}
    measured = rows(section, "Method +")
    assert rows(STUDY, "method") == {title: measured[name] for title, name in titles.items()}
    g_means = {
        name: [float(number) for cell in cells[:3] for number in cell.split(" to ")]
        for name, cells in measured.items()
    }
    orders, seeds = (
        max(abs(own[end] - own[0]) for own in g_means.values() for end in ends) for ends in ((1, 2), (3, 4))
    )
    said = f"Another order moves a g-mean by {orders:.3f} at most"
    assert f"{said}, another seed by {seeds:.3f}." in " ".join(STUDY.split())
    assert said in SAID
    others = [numbers for name, numbers in g_means.items() if name != "smote"]
    assert min(g_means["smote"]) > max(max(numbers) for numbers in others)


def test_the_batches_without_minority_are_the_reference_runs():
    table = pd.read_csv(TABLES / "batches.csv", dtype={"ir": str})
    cells = table[(table["ir"] == "0.01") & (table["method"] == "remix") & (table["kind"] == "binary")]
    of = {size: part["lacking"] for size, part in cells.groupby("batch_size")}
    assert f"{of[64].min() * 100:.0f} to {percent(of[64].max())} of the" in SAID
    assert f"and {percent(of[32].max())} of those of 32" in SAID
    assert ((cells["lacking"] - cells["lacking_by_chance"]).abs() < 0.03).all()
    assert f"trains on {percent(cells['trained_share'].mean())} minority" in SAID


def test_the_calibration_is_the_reference_runs():
    table = pd.read_csv(TABLES / "calibration.csv").query("kind == 'binary'")
    scores = table.set_index(["metric", "correction", "method"])["mean"].sort_index()
    ece, brier = scores["ece"], scores["balanced_brier"]
    corrected = ece["prior_temperature"]
    assert f"falls from {ece['none', 'remix']:.3f} to {corrected['remix']:.3f}, the lowest" in SAID
    assert corrected["remix"] == ece.min()
    as_trained = (
        "score ({:.3f}, cost adjustment {:.3f}) and a worse Brier score under the natural prior than "
    )
    assert as_trained.format(brier["none", "remix"], brier["none", "cost"]) in SAID
    natural = scores["brier", "none"]
    assert f"than the baseline ({natural['remix']:.3f} and {natural['baseline']:.3f})" in SAID
    fitted = {name: f"{mean:.3f}" for name, mean in brier["balanced_temperature"].items()}
    assert fitted["mixup"] == fitted["cost"]
    assert (
        f"fall to {fitted['remix']} (ReMix), {fitted['mixup']} (MixUp, cost adjustment) and "
        f"{fitted['baseline']} (baseline), where the best as trained is {brier['none'].min():.3f}" in SAID
    )
    g_mean = scores["g_mean"]
    said = "MixUp reaches {:.3f} and ReMix {:.3f}, where cost adjustment has {:.3f} as trained"
    balanced = g_mean["balanced"]
    assert said.format(balanced["mixup"], balanced["remix"], g_mean["none", "cost"]) in SAID
    assert g_mean["balanced", "baseline"] > g_mean["none", "remix"]
    assert brier["balanced_temperature", "baseline"] < brier["none", "remix"]


def test_the_ablation_is_the_reference_runs():
    table = pd.read_csv(TABLES / "ablation.csv", keep_default_na=False, na_values=[""])
    balance = table[(table["ingredient"] == "balance") & (table["kind"] == "binary")]
    effects = balance[balance["metric"] == "g_mean"].set_index(["level", "mixed", "exchanged"])["effect"]
    as_trained = [effects[level, "no", "no"] for level in ("resampling", "weights", "logit_adjustment")]
    assert (
        "adds {:.3f} to the binary g-mean of the baseline, weights {:.3f}, logit adjustment {:.3f}".format(
            *as_trained
        )
        in SAID
    )
    for mixed in ("no", "yes"):
        assert f"−{-effects['resampling', mixed, 'yes']:.3f} [" in SAID
    (mixing,) = table.query(
        "ingredient == 'mixing' and kind == 'binary' and metric == 'g_mean' "
        "and balance == 'none' and exchanged == 'no'"
    )["effect"]
    assert f"Mixing alone takes {-mixing:.3f} away" in SAID
    scores = table[table["ingredient"] == "score"].set_index(
        ["kind", "metric", "balance", "mixed", "exchanged"]
    )["effect"]
    plain = [scores["binary", "g_mean", "none", mixed, "yes"] for mixed in ("yes", "no")]
    assert "has {:.3f} in binary g-mean, the baseline with one {:.3f}".format(*plain) in SAID
    for kind in ("binary", "multiclass"):
        best, remix = (
            [scores[kind, metric, of, "yes", "no"] for metric in ("g_mean", "balanced_brier")]
            for of in ("logit_adjustment", "resampling")
        )
        assert "{:.3f} and {:.3f} {}".format(*best, kind.replace("multic", "multi-c")) in SAID
        assert "{:.3f} and {:.3f})".format(*remix) in SAID
        of_kind = scores[kind]
        assert best[0] > of_kind["g_mean"].max() - 0.001
        assert best[1] < of_kind["balanced_brier"].min() + 0.001


def test_cifar_10_is_the_reference_runs():
    gains = (
        pd.read_csv(TABLES / "gains.csv").query("ir == 'All'").set_index(["kind", "metric", "method"])["gain"]
    )
    binary = gains["binary_images"]
    for methods in (("remix_aug", "augment"), ("remix", "smote")):
        assert "{:+.2f} and {:+.2f}".format(*(binary["g_mean", method] for method in methods)) in SAID
        assert "{:.3f} and {:.3f}".format(*(binary["balanced_brier", method] for method in methods)) in SAID
    ranks = pd.read_csv(TABLES / "rank_sums.csv").set_index(["kind", "metric", "method"])["mean_rank"]
    several = ranks["multiclass_images"]
    assert several["balanced_brier"].nsmallest(2).to_dict() == {"augment": 1.0, "remix_aug": 2.0}
    assert several["g_mean"].idxmin() == "cost"
    assert gains["multiclass_images"]["g_mean"].idxmax() == "augment"
    scores = pd.read_csv(TABLES / "scores.csv", dtype={"ir": str}).set_index(["task", "ir", "metric"])["mean"]
    assert (scores["cifar10_multi", "0.05", "g_mean"] < 0.0001).mean() > 0.5
    assert f"cost adjustment has the best mean rank ({several['g_mean', 'cost']:.2f})" in SAID


def test_scores_over_alpha_are_the_reference_runs():
    sweep = pd.read_csv(TABLES / "alpha_sweep.csv", dtype={"ir": str})
    means = sweep.pivot_table(index=["metric", "task", "ir"], columns="alpha", values="mean")
    for task, ir in (("musk", "0.05"), ("musk", "0.01"), ("seizure", "0.05"), ("optdigits", "0.25")):
        cell = means.loc[("balanced_brier", task, ir)]
        assert f"{cell[0.01]:.4f} to {cell[0.4]:.4f}" in SAID
    spread = means.loc["g_mean"].max(axis=1) - means.loc["g_mean"].min(axis=1)
    for text in (AUDIT, RESULTS):
        assert f"{spread.max():.3f} over" in " ".join(text.split())
    at_least = spread.drop(["seizure", "cifar10_dog"], level="task").max()
    assert f"moves by {at_least:.3f} at most" in SAID
    brier = means.loc["balanced_brier"]
    assert f"better at 0.4 in {(brier[0.4] < brier[0.01]).sum()} of {len(brier)} cells" in SAID


def test_the_image_study_is_the_reference_runs():
    gains = pd.read_csv(TABLES.parent / "images/tables/gains.csv", dtype={"ir": str})
    mean = gains[gains["ir"] == "All"].set_index(["kind", "metric", "method"])["gain"]
    binary, multiclass = mean["binary_images"], mean["multiclass_images"]
    said_there = " ".join(RESULTS.split())
    gained = [
        f"{part['g_mean', method]:+.2f}" for method in ("cost", "remix") for part in (binary, multiclass)
    ]
    said = "({} over the baseline on the binary task, {} on the multi-class one; ReMix {} and {})"
    assert said.format(*gained) in said_there
    assert binary["g_mean"].idxmax() == multiclass["g_mean"].idxmax() == "cost"
    scores = [f"{binary['balanced_brier', method]:.3f}" for method in ("cost", "remix")]
    assert "on the binary task (−{} and −{})".format(*scores) in said_there
    ranks = pd.read_csv(TABLES.parent / "images/tables/rank_sums.csv")
    ranks = ranks.set_index(["kind", "metric", "method"])["mean_rank"].sort_index()
    assert ranks["multiclass_images", "balanced_brier", "remix"] == 1
    assert ranks["binary_images", "balanced_brier"].idxmin() == "augment"
    costs = [f"{-multiclass['g_mean', method]:.2f}" for method in ("augment", "remix_aug")]
    assert "g-mean −{}, with ReMix −{}".format(*costs) in said_there


def test_the_extended_study_is_the_reference_runs():
    """The table of mean ranks, sorted by their mean, and what is said below it."""
    ranks = pd.read_csv(EXTENDED / "rank_sums.csv")
    means = ranks.pivot_table(index="title", columns=["kind", "metric"], values="mean_rank")[COLUMNS].dropna()
    shown = rows(RESULTS, f"mean rank of {len(means)}")
    assert list(shown) == list(means.mean(axis=1).sort_values(kind="stable").index)[:15]
    for title, cells in shown.items():
        assert cells == [f"{means.loc[title, column]:.2f}" for column in COLUMNS]
    pairs = pd.read_csv(EXTENDED / "comparisons.csv").set_index(["kind", "metric", "first", "second"])
    said_there = " ".join(RESULTS.split())
    for key in (
        ("binary", "g_mean", "remix_dataset_pool", "remix"),
        ("binary", "balanced_brier", "remix_dataset_pool", "remix"),
        ("multiclass", "g_mean", "remix_linked", "remix"),
        ("multiclass", "balanced_brier", "remix_linked", "remix"),
    ):
        pair = pairs.loc[key]
        assert pair["low"] < 0 < pair["high"]
        assert signed(pair["mean_difference"], pair["low"], pair["high"]) in said_there
    binary = pairs.loc["binary"].loc[["g_mean", "balanced_brier"]].reset_index()
    of_baseline = binary[(binary["first"] == "baseline") | (binary["second"] == "baseline")]
    for test, differ in (("nemenyi_p", 18), ("holm_p", 23)):
        counts = of_baseline[of_baseline[test] < 0.05].groupby("metric").size()
        assert counts.to_dict() == {"balanced_brier": differ, "g_mean": differ}
    variations = {"remix", "remix_row_weights", "remix_dataset_pool", "remix_linked", "manifold_remix"}
    among = binary[binary["first"].isin(variations) & binary["second"].isin(variations)]
    assert among["holm_p"].min() > 0.05


def test_the_long_tails_are_the_reference_runs():
    scores = pd.read_csv(LONG_TAILS / "scores.csv", dtype={"ir": str})
    titles = pd.read_csv(LONG_TAILS / "rank_sums.csv").set_index("method")["title"].to_dict()
    means = scores.set_index(["metric", "task", "ir", "method"])["mean"]
    shown = rows(AUDIT, "balanced accuracy")
    methods = list(scores["method"].unique())
    assert set(shown) == {titles[method] for method in methods}
    for method in methods:
        expected = [
            means["balanced_accuracy", task, ir, method]
            for task in ("cifar10_lt", "optdigits_lt")
            for ir in ("0.1", "0.01")
        ]
        assert shown[titles[method]] == [f"{number:.3f}" for number in expected]
    brier = scores[scores["metric"] == "balanced_brier"].pivot_table("mean", ["task", "ir"], "method")
    first = brier.rank(axis=1)[["remix", "mixup_drw", "remix_chou_drw"]]
    assert (first <= 3).all(axis=None)
    assert (brier.idxmax(axis=1) == "ldam_drw").sum() == 3
    lead = [
        means["balanced_accuracy", "cifar10_lt", ir, "remix_chou_drw"]
        - means["balanced_accuracy", "cifar10_lt", ir, "mixup_drw"]
        for ir in ("0.1", "0.01")
    ]
    assert "are {:.3f} and {:.3f} apart on CIFAR-10-LT".format(*lead) in SAID


def test_pictures_and_files_are_there():
    pictures = re.findall(r"!\[.*?\]\(\.\./(.*?)\)", AUDIT + RESULTS)
    pictures += re.findall(r"\]\(((?!http)[^)#]+)", README)
    assert len(pictures) >= 4
    for path in pictures:
        assert (ROOT / path).exists()
    for name in re.findall(r"`tables/(\w+\.md)`", AUDIT):
        assert (TABLES / name).exists()


def test_what_to_use_has_the_tree_of_the_extended_study():
    table = (EXTENDED / "what_to_use.md").read_text()
    (tree,) = re.findall(r"^```text\n.*?^```\n", table, re.M | re.S)
    assert tree in WHAT_TO_USE
    assert len(tree.splitlines()) <= 2 + 10


def test_what_to_use_has_the_numbers_of_the_extended_study():
    table = pd.read_csv(EXTENDED / "what_to_use.csv")
    titles = pd.read_csv(EXTENDED / "rank_sums.csv").set_index("method")["title"].to_dict()
    best = table[(table["position"] == 1) & table["kind"].isin(["binary", "multiclass"])]
    expected = [
        [
            f"{metric}, {'binary' if row.kind == 'binary' else 'multi-class'}",
            row.choice,
            titles[row.method],
            signed(row.gain, row.gain_low, row.gain_high),
            percent(row.first),
        ]
        for name, metric in {"g_mean": "g-mean", "balanced_brier": "balanced Brier", "brier": "Brier"}.items()
        for row in best[best["metric"] == name].itertuples()
    ]
    lines = WHAT_TO_USE.partition("| score | choice |")[2].partition("\n\n")[0].splitlines()[2:]
    assert [[cell.strip() for cell in line.strip("|").split("|")] for line in lines] == expected
    remix = table[(table["method"] == "remix") & (table["choice"] == "any")].set_index(["kind", "metric"])
    for metric in ("g_mean", "balanced_brier"):
        row = remix.loc[("binary", metric)]
        assert signed(row["behind"], row["behind_low"], row["behind_high"]) in WHAT_TO_USE


def test_what_balancing_does_for_gradient_boosting_is_the_reference_runs():
    pairs = pd.read_csv(EXTENDED / "comparisons.csv").set_index(["kind", "metric", "first", "second"])
    remedies = {"class weights": "balanced", "balanced prior": "prior", "threshold": "threshold"}
    shown = rows(WHAT_TO_USE, "gradient boosting with")
    assert list(shown) == list(remedies)
    gains = {}
    for title, name in remedies.items():
        for kind, metric in COLUMNS:
            pair = (kind, metric, f"gradient_boosting_{name}", "gradient_boosting")
            gains[title, kind, metric] = pairs.loc[pair, ["mean_difference", "low", "high"]]
        assert shown[title] == [signed(*gains[title, "binary", metric]) for _, metric in COLUMNS[:2]]
    for kind, metric in COLUMNS:  # the order is the same in all columns
        means = [gains[title, kind, metric].iloc[0] for title in remedies]
        assert means == sorted(means)
        assert means[0] > 0


def test_the_ranks_with_a_residual_network_are_the_reference_runs():
    audit = pd.read_csv(RESNET / "audit.csv")
    ranks = audit.set_index(["setting", "kind", "metric", "title"])["mean_rank"]
    shown = rows(WHAT_TO_USE, "mean rank of 5")
    for title, cells in shown.items():
        expected = [
            "{:.2f} ({:.2f})".format(
                *(
                    ranks[setting, *column, title]
                    for setting in ("as configured, first 3 repeats", "network mlp")
                )
            )
            for column in COLUMNS
        ]
        assert cells == expected
    effects = pd.read_csv(RESNET / "audit_effects.csv").query("ir == 'All' and task == 'All'")
    changes = effects.set_index(["kind", "metric", "method"])["change"]
    higher = [signed(-changes["binary", "g_mean", method]) for method in ("baseline", "mixup")]
    gains = (
        pd.read_csv(RESNET / "gains.csv").query("ir == 'All'").set_index(["kind", "metric", "method"])["gain"]
    )
    added = [signed(gains["binary", "g_mean", method]) for method in ("cost", "remix")]
    said = " ".join(WHAT_TO_USE.split())
    assert "binary g-mean {} higher than the perceptron, and with MixUp {}.".format(*higher) in said
    assert "adds {} to the baseline, ReMix {}.".format(*added) in said
