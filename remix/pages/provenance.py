"""The page that says what made the results: code, software, machine, and the whole configuration."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import yaml

from remix.provenance import training_cost
from remix.tables import markdown
from remix.tables.study import Study


def provenance_markdown(
    facts: Mapping[str, Any], jobs: pd.DataFrame, study: Study, config: Mapping[str, Any]
) -> str:
    """Write the page, as Markdown.

    Parameters
    ----------
    facts : mapping
        As `remix.provenance.collect` gives it.
    jobs : DataFrame
        As `remix.provenance.training_jobs` gives it.
    study : Study
    config : mapping
        The configuration as Snakemake merged it from all files.
    """
    machine = facts["machine"]
    made_by = {
        "Commit": _commit(facts),
        "Lock file, SHA-256": facts["lock_sha256"] or "there is none",
        "Python": facts["python"],
        "System": machine["system"],
        "Processor": f"{machine['processor']}, {machine['cores']} cores",
        "Study's seed": str(study.seed),
        "Protocol": study.protocol_note,
    }
    written = yaml.safe_dump(_plain(config), sort_keys=False, allow_unicode=True, width=100)
    return markdown.document(
        "Configuration and provenance",
        "What made the results of this report. Snakemake makes anew whatever depends on code, settings or "
        "data that have changed, so all of it belongs to this state of the code. Every random choice derives "
        "from the study's seed, the task, the imbalance ratio, the repeat and the fold, and never from the "
        "method.",
        _pairs("Fact", "Value", made_by),
        "## Versions",
        _pairs("Package", "Version", facts["packages"]),
        "## Cost of training",
        _cost_text(jobs),
        markdown.table(_cost_table(jobs, study)),
        "## The whole configuration",
        f"All files given to Snakemake, merged.\n\n````yaml\n{written}````",
    )


def _commit(facts: Mapping[str, Any]) -> str:
    if facts["commit"] is None:
        return "not known: the code is not in a git checkout"
    state = "tracked files **differ from it**" if facts["modified"] else "no tracked file differs from it"
    return f"`{facts['commit']}`; {state}"


def _cost_text(jobs: pd.DataFrame) -> str:
    cost = training_cost(jobs)
    if not cost["jobs"]:
        return "Nothing was measured."
    unmeasured = len(jobs) - cost["jobs"]
    gap = f" Of {unmeasured} more there is no measurement." if unmeasured else ""
    return (
        f"{cost['jobs']} training jobs took {cost['seconds'] / 60:,.1f} minutes in all, start of the process "
        f"included, and at most {cost['largest_rss_mib']:,.0f} MiB of memory each.{gap} Below, seconds by "
        "task and method, all ratios together. What other jobs took is on the report's page Statistics. Jobs "
        "run side by side, so the run was shorter than this sum."
    )


def _cost_table(jobs: pd.DataFrame, study: Study) -> pd.DataFrame:
    sums = jobs.pivot_table(index="task", columns="method", values="seconds", aggfunc=_sum)
    measured = study.only(name for name in study.tasks if name in sums.index)
    lines = []
    for task in measured.tasks:
        line = {"Task": task}
        for method, title in measured.methods.items():
            seconds = sums.loc[task].get(method)
            line[title] = markdown.ABSENT if pd.isna(seconds) else f"{seconds:,.1f}"
        lines.append(line)
    return pd.DataFrame(lines, columns=["Task", *measured.methods.values()])


def _sum(seconds: pd.Series) -> float:
    """Add up; one that is missing makes the sum missing."""
    return float(seconds.sum(skipna=False))


def _pairs(key: str, value: str, pairs: Mapping[str, str]) -> str:
    return markdown.table(pd.DataFrame({key: pairs.keys(), value: pairs.values()}))


def _plain(value: Any) -> Any:
    """Mappings, lists and scalars only: Snakemake's configuration has ordered and other mappings in it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, int | float | str | None) else str(value)
