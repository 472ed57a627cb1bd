"""The page of one task: what its data is, and how every method did on it."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from remix.metrics import METRICS
from remix.metrics import metric as metric_named
from remix.study.compare.ranking import PAPER_METRICS
from remix.study.data.catalogue import Task
from remix.study.results import markdown
from remix.study.results.tables.datasets import NOT_PRINTED, dimension, rows_text
from remix.study.results.tables.scores import scores_wide
from remix.study.study import BASELINE, KIND_TITLES, Study, sorted_irs


def task_markdown(
    name: str,
    study: Study,
    datasets: pd.DataFrame,
    coverage: pd.DataFrame,
    scores: pd.DataFrame,
    label_counts: Mapping[str, np.ndarray],
) -> str:
    """Write the page of a task, as Markdown.

    Parameters
    ----------
    name : str
        The task.
    study : Study
    datasets, coverage, scores : DataFrame
        The study's tables of these names.
    label_counts : mapping of str to ndarray of int, shape (K,)
        Rows of each label in the variant of each imbalance ratio.
    """
    task = study.tasks[name]
    alone = study.only([name])
    folds = scores.loc[scores["task"] == name, "n_folds"].max()
    sections = []
    for metric in map(metric_named, PAPER_METRICS):
        table = scores_wide(metric, scores, alone, coverage).drop(columns="Task")
        sections.append(f"## {metric.title} ({metric.direction})\n\n{markdown.table(table)}")
    gains = [
        f"{metric_named(metric).title}:\n\n{markdown.table(_gains(metric, name, scores, alone))}"
        for metric in PAPER_METRICS
        if len(alone.methods) > 1
    ]
    return markdown.document(
        f"{name}: {study.titles[name]}",
        markdown.table(_facts(name, task, datasets, coverage)),
        "## Rows of each class",
        "What each imbalance ratio (IR) leaves of the classes; the minority is made rare, the others stay.",
        markdown.table(_sizes(task, label_counts)),
        *sections,
        f"Mean ± standard deviation over the {folds} test folds; the best mean of a row is bold. "
        f"{alone.protocol_note}",
        f"## Gains over {study.methods[BASELINE]}" if gains else "",
        "Positive is better: a higher g-mean, a lower balanced Brier score. Bold is the largest of a row."
        if gains
        else "",
        *gains,
    )


def task_values(name: str, scores: pd.DataFrame) -> pd.DataFrame:
    """Give every score of a task: the rows of the table of scores, without what is the same in all."""
    return scores[scores["task"] == name].drop(columns=["kind", "task"]).reset_index(drop=True)


def _facts(name: str, task: Task, datasets: pd.DataFrame, coverage: pd.DataFrame) -> pd.DataFrame:
    line = datasets[datasets["task"] == name].iloc[0]
    source = coverage.loc[coverage["task"] == name, "source"].iloc[0]
    facts: dict[str, str] = {
        "Kind": KIND_TITLES[task.kind],
        "Minority": f"class{'' if len(task.minority) == 1 else 'es'} {', '.join(task.minority)}",
        "Classes of the data": str(len(task.classes)),
        "Rows of the data": rows_text(line),
        "Features": dimension(task, line["features"]) or markdown.ABSENT,
        "Source used": source or markdown.ABSENT,
    }
    # Where it prints nothing of all tasks, nothing is said of it.
    if not datasets["note"].str.startswith(NOT_PRINTED).all():
        facts["Beside the paper"] = line["note"] or "as printed"
    return pd.DataFrame({"Fact": facts.keys(), "This study": facts.values()})


def _sizes(task: Task, label_counts: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """Rows of each class by imbalance ratio; classes are named as in the data, merged ones together."""
    names = ["others, merged", *task.minority] if task.merged else list(task.classes)
    rare = set(task.minority_labels)
    heads = [f"{title} (minority)" if label in rare else title for label, title in enumerate(names)]
    lines = [
        {"IR": ir, **{head: f"{count:,}" for head, count in zip(heads, label_counts[ir], strict=True)}}
        for ir in sorted_irs(list(label_counts))
    ]
    return pd.DataFrame(lines, columns=["IR", *heads])


def _gains(metric: str, name: str, scores: pd.DataFrame, study: Study) -> pd.DataFrame:
    chosen = scores[(scores["metric"] == metric) & (scores["task"] == name)]
    means = chosen.pivot_table(index="ir", columns="method", values="mean", sort=False)
    # Adding 0 makes a zero positive, which the sign of the metric may have made negative.
    improvements = means.sub(means[BASELINE], axis=0).drop(columns=BASELINE) * METRICS[metric].sign + 0.0
    lines = []
    for ir in sorted_irs(list(improvements.index)):
        best = improvements.loc[ir].max()
        line = {"IR": ir}
        for method, title in study.methods.items():
            if method != BASELINE:
                gain = improvements.loc[ir, method]
                line[title] = markdown.bold(f"{gain:+.3f}", where=gain == best)
        lines.append(line)
    return pd.DataFrame(lines)
