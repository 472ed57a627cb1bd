"""The page that says what made the results: code, software, machine, and the whole configuration."""

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd
import yaml

from remix.study.results import markdown
from remix.study.results.training_table import COMPARED, differences, distinct, short, training_cost
from remix.study.study import Study


def provenance_markdown(
    facts: Mapping[str, Any],
    trainings: pd.DataFrame,
    study: Study,
    config: Mapping[str, Any],
) -> str:
    """Write the page, as Markdown.

    Parameters
    ----------
    facts : mapping
        As `remix.study.running.provenance.of_run` gives it.
    trainings : DataFrame
        As `remix.study.results.training_table.list_trainings` gives it.
    study : Study
    config : mapping
        The configuration as Snakemake merged it from all files.
    """
    machine = facts["machine"]
    state = {
        "Commit": _commit(facts),
        "Lock file, SHA-256": facts["lock_sha256"] or "there is none",
        "Python": facts["python"],
        "System": machine["system"],
        "Processor": f"{machine['processor']}, {machine['cores']} cores",
        "Study's seed": str(study.seed),
        "Protocol": study.protocol_note,
    }
    # Mappings, lists and scalars only: Snakemake's configuration has ordered mappings and paths in it.
    plain = json.loads(json.dumps(config, default=str))
    written = yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100)
    return markdown.document(
        "Configuration and provenance",
        "What made this page and the tables of this report. Snakemake makes anew whatever depends on code, "
        "settings or data that have changed; what made the trainings is below. Every random choice derives "
        "from the study's seed, the task, the imbalance ratio, the repeat and the fold, and never from the "
        "method.",
        *(f"**Warning.** {difference}" for difference in differences(trainings)),
        _pairs("Fact", "Value", state),
        "## Versions",
        _pairs("Package", "Version", facts["packages"]),
        "## What made the trainings",
        _trainings_text(trainings),
        markdown.table(_trainings_table(trainings)),
        "## Cost of training",
        _cost_text(trainings),
        markdown.table(_cost_table(trainings, study)),
        "## The whole configuration",
        f"All files given to Snakemake, merged.\n\n````yaml\n{written}````",
    )


def _commit(facts: Mapping[str, Any]) -> str:
    if facts["commit"] is None:
        return "not known: the code is not in a git checkout"
    state = "tracked files **differ from it**" if facts["modified"] else "no tracked file differs from it"
    return f"`{facts['commit']}`; {state}"


def _trainings_text(trainings: pd.DataFrame) -> str:
    alike = "not all by the same" if differences(trainings) else "all alike"
    return (
        f"{trainings['training'].nunique()} trainings of the study and the runs beside it, "
        f"{alike}. Each "
        "says of itself what made it. It is kept under the digest of all that its predictions depend on, the "
        "modules that take part among it: a commit that leaves these as they are changes no prediction."
    )


def _trainings_table(trainings: pd.DataFrame) -> pd.DataFrame:
    """List what made the trainings: a column for each distinct set of facts."""
    columns = {"Fact": ["Trainings", "Commit", *(title.capitalize() for title in COMPARED.values())]}
    for n, facts in enumerate(distinct(trainings), start=1):
        commit = "not known" if facts["commit"] is None else facts["commit"][:10]
        if facts["modified"]:
            commit += ", and changes"
        columns[f"Set {n}"] = [
            str(facts["trainings"]),
            commit,
            *("none" if facts[name] is None else short(str(facts[name])) for name in COMPARED),
        ]
    return pd.DataFrame(columns)


def _cost_text(trainings: pd.DataFrame) -> str:
    cost = training_cost(trainings)
    if not cost["trainings"]:
        return "Nothing was trained."
    share = cost["step_seconds"] / cost["seconds"] if cost["seconds"] else 0.0
    return (
        f"{cost['trainings']} trainings took {cost['seconds'] / 60:,.1f} minutes in all, and a process at "
        f"most {cost['largest_rss_mib']:,.0f} MiB of memory. Of that time {share:.0%} went into training "
        "steps, the rest into making folds, compiling, predicting and writing. Below, seconds by task and "
        "method of the study, all ratios together; methods that are trained alike share them. What jobs took "
        "as a whole is on the report's page Statistics. Jobs run side by side, so the run was shorter than "
        "this sum."
    )


def _cost_table(trainings: pd.DataFrame, study: Study) -> pd.DataFrame:
    own = trainings[trainings["run"] == study.run]
    sums = own.pivot_table(index="task", columns="method", values="seconds", aggfunc="sum")
    measured = study.trained().only(name for name in study.tasks if name in sums.index)
    lines = []
    for task in measured.tasks:
        line = {"Task": task}
        for method, title in measured.methods.items():
            seconds = sums.loc[task].get(method)
            line[title] = markdown.ABSENT if pd.isna(seconds) else f"{seconds:,.1f}"
        lines.append(line)
    return pd.DataFrame(lines, columns=["Task", *measured.methods.values()])


def _pairs(key: str, value: str, pairs: Mapping[str, str]) -> str:
    return markdown.table(pd.DataFrame({key: pairs.keys(), value: pairs.values()}))
