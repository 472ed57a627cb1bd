"""Which remedy for imbalance is best for each table, by how much, and how sure that is."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import pandas as pd

from remix.catalogue import METHODS, is_for_tables
from remix.corrections import UNCORRECTED
from remix.metrics import metric as metric_named
from remix.study.compare import ranking, statistics
from remix.study.plain import PLAIN_METHODS, PLAIN_TITLES
from remix.study.results import markdown
from remix.study.results.coverage import coverage_note, notes_of
from remix.study.results.made import MadeTable
from remix.study.results.reading import fold_sizes_of, scores_of
from remix.study.results.runs import Runs
from remix.study.results.tables.gains import gain_text
from remix.study.study import BASELINE, Study
from remix.study.words import listed

TITLE = "Which remedy is best"
CATEGORY = "Verdict"
ORDER = 11
ONLY = "answer"
READS = {
    "calibration": "results/calibration.parquet",
    "folds": "results/folds.parquet",
    "datasets": "results/tables/datasets.csv",
    "coverage": "results/tables/coverage.csv",
}

# What a table is judged by: are classes found, do probabilities hold if all classes are equally frequent, and
# do they hold for the data as they come.
QUESTIONS = {
    "g_mean": "Finding every class",
    "balanced_brier": "Probabilities where all classes weigh alike",
    "brier": "Probabilities of the data as they come",
}
# A remedy is a method of training and a prior that its probabilities are brought to: what `ReMixClassifier`
# calls the prior, by the correction.
PRIORS = {UNCORRECTED: "trained", "balanced": "balanced", "prior": "natural"}
COLUMNS = [
    "kind", "task", "ir", "metric", "method", "correction", "title", "remedy", "position", "mean",
    "lead_of_best", "low", "high", "p", "holm_p", "n_folds",
]  # fmt: skip
# What the classifier has where it is not told otherwise; a test holds them against it.
CLASSIFIER_DEFAULTS = {
    "max_iter": 100,
    "batch_size": 64,
    "learning_rate_init": 0.001,
    "dropout": 0.1,
    "clip": 5.0,
}


def make(
    runs: Runs,
    calibration: pd.DataFrame,
    folds: pd.DataFrame,
    datasets: pd.DataFrame,
    coverage: pd.DataFrame,
) -> MadeTable:
    """Make the table from every method under every prior, and from the classifiers without any remedy."""
    study = runs.study
    table = answer_table(scores_of(calibration, with_plain(study)), fold_sizes_of(folds, study), study)
    return MadeTable(table, answer_markdown(table, study, datasets, coverage))


def with_plain(study: Study) -> Study:
    """Add the classifiers without any remedy to the methods of a study, for what is read of them."""
    return dataclasses.replace(study, entries={**study.entries, **PLAIN_METHODS})


def answer_table(scores: pd.DataFrame, sizes: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Compare the best remedy of each cell with all others, and with no remedy.

    Parameters
    ----------
    scores : DataFrame
        As `remix.study.results.reading.scores_of` gives it from calibration files, with the classifiers
        without any remedy.
    sizes : DataFrame
        As `remix.study.results.reading.fold_sizes_of` gives it.
    study : Study

    Returns
    -------
    DataFrame
        By cell and metric one row per method and correction, the best first. ``position`` is the rank among
        the remedies, <NA> for classifiers without any (``remedy`` is false). ``lead_of_best`` is by how much
        the best remedy is better on average, whatever the metric, with its 95 % interval and p by the
        corrected resampled t-test, and p after Holm's correction for all comparisons of the metric in the
        cell; the best itself has none.
    """
    lines: list[dict[str, Any]] = []
    for cell, of_cell in scores.groupby(ranking.CELL, sort=False):
        own = sizes[(sizes["task"] == cell[1]) & (sizes["ir"] == cell[2])]
        trained, tested = own["train_rows"].mean(), own["test_rows"].mean()
        for metric in QUESTIONS:
            compared = _compared(of_cell[of_cell["metric"] == metric], metric, trained, tested, study)
            lines += [
                {**dict(zip(ranking.CELL, cell, strict=True)), "metric": metric, **line} for line in compared
            ]
    return pd.DataFrame(lines, columns=COLUMNS).astype({"position": "Int64", "remedy": bool})


def _compared(
    scores: pd.DataFrame, metric: str, trained: float, tested: float, study: Study
) -> list[dict[str, Any]]:
    """Rank the remedies of a cell by one metric, and compare all with the best."""
    sign = metric_named(metric).sign
    by_fold = scores.pivot_table(
        index=["repeat", "fold"], columns=["method", "correction"], values="value", sort=False
    )
    # As trained first: of equal ones the one that needs no more is taken.
    remedies = [
        (name, correction) for correction in PRIORS for name in study.methods if (name, correction) in by_fold
    ]
    plain = [(name, UNCORRECTED) for name in PLAIN_TITLES if (name, UNCORRECTED) in by_fold]
    means = by_fold.mean()
    ordered = sorted(remedies, key=lambda each: -sign * means[each])
    best = ordered[0]
    others = [*ordered[1:], *plain]
    tests = {
        each: statistics.corrected_t_test((by_fold[best] - by_fold[each]) * sign, trained, tested)
        for each in others
    }
    corrected = dict(zip(others, statistics.holm([test.p for test in tests.values()]), strict=True))
    lines = []
    for position, each in enumerate([*ordered, *plain], start=1):
        line = {
            "method": each[0],
            "correction": each[1],
            "title": remedy_title(*each, study),
            "remedy": each[0] in study.methods,
            "position": position if each[0] in study.methods else pd.NA,
            "mean": means[each],
            "n_folds": len(by_fold),
        }
        if test := tests.get(each):
            compared = {"lead_of_best": test.mean, "low": test.low, "high": test.high, "p": test.p}
            line |= compared | {"holm_p": corrected[each]}
        lines.append(line)
    return lines


def remedy_title(method: str, correction: str, study: Study) -> str:
    """Name a remedy for people: ``SMOTE, natural prior``."""
    if method in PLAIN_TITLES:
        return f"{PLAIN_TITLES[method]}, no remedy"
    title = study.methods[method]
    if correction == UNCORRECTED:
        return f"{title} (no remedy)" if method == BASELINE else title
    return f"{title}, {PRIORS[correction]} prior"


def answer_markdown(table: pd.DataFrame, study: Study, datasets: pd.DataFrame, coverage: pd.DataFrame) -> str:
    """Write the answer for people: by cell in sentences, in a table, and as the code that fits the best."""
    sections = []
    for (task, ir), of_cell in table.groupby(["task", "ir"], sort=False):
        facts = datasets[(datasets["task"] == task) & (datasets["ir"] == ir)].iloc[0]
        sections += [
            f"## {study.titles[task]}: {cell_title(facts, study)}",
            *(
                f"**Check this before you trust the scores.** {note[0].upper()}{note[1:]}."
                for note in notes_of(coverage[coverage["task"] == task])
            ),
            markdown.listing([_emphasised(text) for text in answer_sentences(of_cell)]),
            markdown.table(_glance(of_cell)),
            *_code(of_cell, study, facts),
        ]
    reading = (
        "A remedy is a way of training, and a class prior that its probabilities are brought to afterwards "
        "by Bayes' rule: the natural one of the data, or a balanced one. Brackets: 95 % interval of the mean "
        "difference over the folds, by the corrected resampled t-test of Nadeau and Bengio (2003). *Not told "
        "apart* are those whose difference to the best has a p above 0.05 after Holm's correction for all "
        "comparisons of the row. The best is chosen on the folds that it is measured on: among many that are "
        "close, its own number is a little too good. Logistic regression and gradient boosting are "
        "scikit-learn's, with its defaults, on the same "
        f"folds, rows and scaled features. {study.protocol_note}"
    )
    return markdown.document(
        TITLE,
        *(sections or ["There is no cell."]),
        "## How to read it",
        reading,
        coverage_note(coverage),
    )


def cell_title(facts: pd.Series, study: Study) -> str:
    """Say in a few words what a cell is: its rows, the rare ones among them, and the ratio."""
    minority, majority = int(facts["minority_rows"]), int(facts["majority_rows"])
    task = study.tasks[facts["task"]]
    rare = ", ".join(task.minority)
    each = " each" if len(task.minority) > 1 else ""
    total = minority * len(task.minority) + majority
    return f"{total:,} rows, {minority:,} of class {rare}{each} (ratio {facts['ir']})"


def answer_sentences(of_cell: pd.DataFrame) -> list[str]:
    """Answer for one cell, a text for each metric: question, colon, answer.

    Parameters
    ----------
    of_cell : DataFrame
        The rows of a cell, of `answer_table`.
    """
    return [
        f"{_question(metric)}: {_sentence(part)}" for metric, part in of_cell.groupby("metric", sort=False)
    ]


def _question(metric: str) -> str:
    definition = metric_named(metric)
    return f"{QUESTIONS[metric]} ({definition.title}, {definition.direction})"


def _sentence(part: pd.DataFrame) -> str:
    best, none = part.iloc[0], _none(part)
    if best["title"] == none["title"]:
        text = f"no remedy is better than none, {_number(best['mean'])}."
    else:
        sure = "beyond chance" if _told_apart(none) else "which may be chance"
        text = (
            f"{best['title']} is best, {_number(best['mean'])} instead of {_number(none['mean'])} without a "
            f"remedy. The lead is {_lead(none)}, {sure}."
        )
    alike, others = _alike(part), int(part["remedy"].sum()) - 1
    if alike:
        text += f" Not told apart from it are {len(alike)} of the {others} others: {listed(alike)}."
    elif others:
        text += f" It is ahead of all {others} others beyond chance."
    plain = [
        f"{PLAIN_TITLES[line['method']]} {_against(line)}" for _, line in part[~part["remedy"]].iterrows()
    ]
    return text + (f" Without any remedy: {'; '.join(plain)}." if plain else "")


def _alike(part: pd.DataFrame) -> list[str]:
    """List the remedies that are not told apart from the best, which is the first line."""
    others = part[part["remedy"]].iloc[1:]
    return list(others.loc[~_told_apart(others), "title"])


def _told_apart(lines: Any) -> Any:
    """Whether a line, or each of several, is told apart from the best; where there is no p, it is not."""
    return lines["holm_p"] < statistics.ALPHA


def _against(line: pd.Series) -> str:
    """Say what a classifier without any remedy has, and how that compares with the best remedy."""
    verdict = "better" if line["lead_of_best"] < 0 else "worse" if line["lead_of_best"] > 0 else "equal"
    sure = "" if _told_apart(line) or verdict == "equal" else ", which may be chance"
    return f"{_number(line['mean'])} ({verdict}{sure})"


def _none(part: pd.DataFrame) -> pd.Series:
    """Find the baseline as trained among the lines of a metric."""
    return part[(part["method"] == BASELINE) & (part["correction"] == UNCORRECTED)].iloc[0]


def _glance(of_cell: pd.DataFrame) -> pd.DataFrame:
    lines = []
    for metric, part in of_cell.groupby("metric", sort=False):
        best, none = part.iloc[0], _none(part)
        definition = metric_named(metric)
        line = {
            "": f"{definition.title} ({definition.direction})",
            "Best remedy": markdown.bold(best["title"]),
            "It has": markdown.bold(_number(best["mean"])),
            "No remedy": _number(none["mean"]),
            "Lead [95 %]": markdown.ABSENT if pd.isna(none["lead_of_best"]) else _lead(none),
            "p": markdown.p_value(none["p"]),
            "Not told apart": str(len(_alike(part))),
        }
        plain = part[~part["remedy"]]
        line |= {
            PLAIN_TITLES[name]: _number(mean)
            for name, mean in zip(plain["method"], plain["mean"], strict=True)
        }
        lines.append(line)
    return pd.DataFrame(lines)


def _code(of_cell: pd.DataFrame, study: Study, facts: pd.Series) -> list[str]:
    """Write what fits the best remedies on all rows, where the classifier trains such networks on them."""
    task, tables = study.tasks[facts["task"]], study.protocol.tables
    if task.image is not None or tables is None:
        return []
    if tables.network != "mlp":
        return ["There is no Python to fit the best: `ReMixClassifier` trains multi-layer perceptrons only."]
    wanted: dict[tuple[str, str], list[str]] = {}
    for metric, part in of_cell.groupby("metric", sort=False):
        best = part.iloc[0]
        wanted.setdefault((best["method"], best["correction"]), []).append(metric_named(metric).title)
    lines = fitting_lines(
        {remedy: f"best in {', '.join(metrics)}" for remedy, metrics in wanted.items()},
        study,
        facts["task"],
        int(facts["features"]),
    )
    return ["The best of them, fitted on all rows:", "\n".join(["```python", *lines, "```"])]


def fitting_lines(
    remedies: Mapping[tuple[str, str], str], study: Study, task: str, n_features: int
) -> list[str]:
    """Write the Python that fits remedies on all rows of a table, as they were prepared.

    Parameters
    ----------
    remedies : mapping of (str, str) to str
        By method and correction, what a comment says of it.
    study : Study
    task : str
    n_features : int
        Features of the prepared rows.
    """
    definition = study.tasks[task]
    # Classes that were merged for the task are merged here.
    merged = definition.merged and len(definition.classes) > 2
    label = f'table["label"] == {definition.minority[0]!r}' if merged else 'table["label"]'
    others = '["label", "group"]' if definition.grouped else '"label"'
    imports, models = {"import pandas as pd": None}, []
    for (method, correction), comment in remedies.items():
        if is_for_tables(study.entries[method]):
            needed, model = _fitted_estimator(method, correction, study)
        else:
            settings = _settings(method, correction, study, task, n_features)
            needed, model = (
                ["from remix import ReMixClassifier"],
                _called("ReMixClassifier", settings, random_state=0),
            )
        imports |= dict.fromkeys(needed)
        models.append(f"model = {model}.fit(X, y)  # {comment}")
    return [
        *imports,
        "",
        f'table = pd.read_parquet("resources/prepared/{definition.dataset}.parquet")',
        f"X, y = table.drop(columns={others}), {label}",
        *models,
    ]


def _fitted_estimator(method: str, correction: str, study: Study) -> tuple[list[str], str]:
    """Write a classifier that is no network, with the rows that it has here: its imports, and the call."""
    spec, tables = study.method_spec(method), study.protocol.tables
    assert tables is not None
    module, _, name = spec["estimator"].rpartition(".")
    imports = [
        f"from {module} import {name}",
        "from remix.preprocessing import scaler",
        "from sklearn.pipeline import make_pipeline",
    ]
    model = f"make_pipeline(scaler({tables.clip!r}), {_called(name, spec.get('parameters', {}))})"
    if correction == UNCORRECTED:
        return imports, model
    priors = {"prior": PRIORS[correction], "trained_prior": spec.get("trained_prior", "natural")}
    call = _called("", priors).strip("()")
    return [
        "from remix import PriorCorrectedClassifier",
        *imports,
    ], f"PriorCorrectedClassifier({model}, {call})"


def _called(name: str, settings: Mapping[str, Any], **more: Any) -> str:
    arguments = ", ".join(f"{key}={_written(value)}" for key, value in {**settings, **more}.items())
    return f"{name}({arguments})"


def _settings(method: str, correction: str, study: Study, task: str, n_features: int) -> dict[str, Any]:
    """Give the parameters of the classifier by which it trains as the study does."""
    definition, protocol = study.tasks[task], study.protocol
    assert protocol.tables is not None  # of tasks on tables
    width = protocol.tables.trained_width(n_features, definition.n_classes)
    given = {
        "max_iter": protocol.epochs,
        "batch_size": definition.batch_size or protocol.batch_size,
        "learning_rate_init": protocol.learning_rate.initial,
        "dropout": protocol.tables.dropout,
        "clip": protocol.tables.clip,
    }
    return {
        "method": _method_argument(method, study),
        "prior": PRIORS[correction],
        "hidden_layer_sizes": (width,) * protocol.tables.hidden_layers,
        **{key: value for key, value in given.items() if value != CLASSIFIER_DEFAULTS[key]},
    }


def _written(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _method_argument(method: str, study: Study) -> Any:
    """Give a method by its name where the library's is the same, else by its stages."""
    spec = study.method_spec(method)
    known = dataclasses.replace(study, entries=dict(METHODS), switches=type(study.switches)())
    return method if method in METHODS and known.method_spec(method) == spec else spec


def _emphasised(sentence: str) -> str:
    question, _, rest = sentence.partition(": ")
    return f"{markdown.bold(question)}: {rest}"


def _lead(line: pd.Series) -> str:
    return gain_text(line["lead_of_best"], line["low"], line["high"])


def _number(value: float) -> str:
    return f"{value:.3f}"
