"""The paper's claims and what this study says of them, for people."""

from collections.abc import Mapping

import pandas as pd

from remix.study.compare.claims import FAILS, HOLDS, NOT_OF_THE_PAPER, UNDECIDED, claims_table, image_claims
from remix.study.data.catalogue import IMAGE_KINDS
from remix.study.results import markdown
from remix.study.results.tables.coverage import coverage_note
from remix.study.study import Study

SIGNS = {HOLDS: "✓", FAILS: "✗", UNDECIDED: "?"}
RULE = (
    "The **effect** is such that a positive number speaks for the claim; its 95 % interval is a bootstrap "
    "with datasets as the unit. A claim **holds** or **does not hold** where the interval excludes zero, the "
    "test agrees (p < 0.05) and there are three datasets or more; else it is **undecided** with this data. "
    "*As it stands* tells whether the bare numbers are as claimed."
)


def study_claims(
    scores: pd.DataFrame, study: Study, tasks: set[str], sweep: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Judge the claims by a study's scores on the paper's tasks; see `remix.study.compare.claims.claims_table`.

    What the paper claims of its images is asked of each other dataset of images as well, in further rows.
    Without the scores of the sweep over α, as in the audit, which has none, the claims about α are undecided.
    """
    datasets = {name: task.dataset for name, task in study.tasks.items()}
    of_paper = scores["task"].isin(tasks)
    others = scores.loc[~of_paper & scores["kind"].isin(IMAGE_KINDS), "task"].unique()
    titles = {datasets[task]: f"{study.titles[task]} ({NOT_OF_THE_PAPER})" for task in others}
    further = [claim for name, title in titles.items() for claim in image_claims(name, title)]
    swept = None if sweep is None else sweep[sweep["task"].isin(tasks)]
    table = claims_table(scores[of_paper], datasets, sweep=swept)
    if not further:
        return table
    beside = claims_table(scores[~of_paper], datasets, claims=further)
    return pd.concat([table, beside[beside["n_cells"] > 0]], ignore_index=True)


def claims_markdown(table: pd.DataFrame, study: Study, coverage: pd.DataFrame) -> str:
    """Write the claims for people, one row each."""
    lines = [
        {
            "Claim": line["claim"],
            "Where": line["section"],
            "Verdict": _verdict(line["verdict"]),
            "As it stands": markdown.ABSENT
            if pd.isna(line["agrees"])
            else ("yes" if line["agrees"] else "no"),
            "Effect [95 %]": _effect(line),
            "p": markdown.ABSENT if pd.isna(line["p"]) else f"{line['p']:.2g}",
            "Cells": str(line["n_cells"]),
            "Datasets": str(line["n_datasets"]),
            "Remark": line["note"],
        }
        for _, line in table.iterrows()
    ]
    return markdown.document(
        "The paper's claims",
        f"{RULE} {study.protocol_note}",
        coverage_note(coverage),
        markdown.table(pd.DataFrame(lines)),
    )


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


def _verdict(verdict: str) -> str:
    text = f"{SIGNS[verdict]} {verdict}"
    return text if verdict == UNDECIDED else markdown.bold(text)


def _effect(line: pd.Series) -> str:
    if pd.isna(line["effect"]):
        return markdown.ABSENT
    interval = "" if pd.isna(line["low"]) else f" [{line['low']:+.3f}, {line['high']:+.3f}]"
    return f"{line['effect']:+.3f}{interval} ({line['effect_name']})"
