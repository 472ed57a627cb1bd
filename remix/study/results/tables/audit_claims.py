"""The paper's claims under the study's protocol and under each deviation."""

from collections.abc import Mapping

import pandas as pd

from remix.study.results import markdown
from remix.study.results.by_protocol import compared
from remix.study.results.coverage import coverage_note
from remix.study.results.made import MadeTable
from remix.study.results.runs import Runs
from remix.study.results.tables.claims import RULE, SIGNS, study_claims

TITLE = "Audit: the claims under every protocol"
CATEGORY = "Verdict"
ORDER = 5
ONLY = "audit"
READS = {
    "scores": "results/scores.parquet",
    "trainings": "results/trainings.parquet",
    "coverage": "results/tables/coverage.csv",
    "table1": "config/published/table1.csv",
}


def make(
    runs: Runs,
    scores: pd.DataFrame,
    trainings: pd.DataFrame,
    coverage: pd.DataFrame,
    table1: pd.DataFrame,
) -> MadeTable:
    """Judge the claims under every protocol that is audited."""
    found = compared(runs, scores, trainings)
    tasks = set(table1["task"])
    table = claims_by_protocol(
        {name: study_claims(run.scores, run.study, tasks) for name, run in found.runs.items()}
    )
    return MadeTable(table, claims_by_protocol_markdown(table, found.settings, coverage, found.note))


def claims_by_protocol(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Put the claims under several protocols below each other, with the column ``protocol`` first."""
    parts = [table.assign(protocol=name) for name, table in tables.items()]
    joined = pd.concat(parts, ignore_index=True)
    return joined[["protocol", *(name for name in joined.columns if name != "protocol")]]


def claims_by_protocol_markdown(
    table: pd.DataFrame, settings: Mapping[str, str], coverage: pd.DataFrame, note: str = ""
) -> str:
    """Write, for people, the verdict and the effect of each claim under each protocol.

    Parameters
    ----------
    table : DataFrame
        See `claims_by_protocol`.
    settings : mapping of str to str
        What each protocol sets, for people.
    coverage : DataFrame
    note : str
        What else a reader must know.
    """
    decidable = table[table["n_cells"] > 0]
    claims = list(dict.fromkeys(decidable["claim"]))
    lines = []
    for protocol, part in decidable.groupby("protocol", sort=False):
        by_claim = part.set_index("claim")
        line = {"Protocol": settings[str(protocol)]}
        for i, claim in enumerate(claims, start=1):
            if claim not in by_claim.index:
                line[str(i)] = markdown.ABSENT
                continue
            entry = by_claim.loc[claim]
            stands = "" if pd.isna(entry["agrees"]) else ("+" if entry["agrees"] else "−")
            line[str(i)] = f"{SIGNS[entry['verdict']]} {stands} {entry['effect']:+.3f}"
        lines.append(line)
    caption = (
        f"{RULE} Here ✓ is holds, ✗ does not hold, ? undecided; + and − say whether the bare numbers are as "
        "claimed, and the number is the effect."
    )
    numbered = "\n".join(f"{i}. {claim}" for i, claim in enumerate(claims, start=1))
    return markdown.document(
        "The paper's claims under each protocol",
        caption,
        coverage_note(coverage),
        note,
        numbered,
        markdown.table(pd.DataFrame(lines))
        if lines
        else "No claim can be judged with these cells and methods.",
    )
