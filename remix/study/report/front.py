"""The report's first page: Table 2 beside the printed one and which of the paper's claims hold, or an answer.

Snakemake renders the page's text with Jinja and docutils. Tables as wide as these are beyond
reStructuredText, so the page is HTML within it, shielded from both.
"""

import base64
from collections.abc import Sequence
from html import escape

import pandas as pd

from remix.study.compare.claims import NOT_OF_THE_PAPER
from remix.study.data.catalogue import IMAGE_KINDS, TABLE_KINDS
from remix.study.report.document import html_fragment
from remix.study.results import markdown
from remix.study.results.by_protocol import STUDY_ALIKE
from remix.study.results.tables.claims import interval_text, verdict_text
from remix.study.results.tables.rank_sums import SHORT_TITLES
from remix.study.study import KIND_TITLES, STUDY

SUBJECT = "remix"
# As the column `verdict` of the claims has them; the order is that of the sentence.
VERDICTS = {"holds": "hold", "does not hold": "do not hold", "undecided": "undecided with this data"}
# As a module of another workflow, the study has a prefix before its paths.
_VIEW = (
    "var found=Object.keys(results).find(path=>path.endsWith('%s'));"
    "app.setView({content:'html',contentPath:results[found].data_uri,resultPath:found});return false"
)


def front_page_rst(
    rank_sums: pd.DataFrame,
    rank_sums_text: str,
    claims: pd.DataFrame,
    rescored: pd.DataFrame,
    *,
    warnings: Sequence[str] = (),
    style: str,
) -> str:
    """Write the first page, for the ``report:`` directive.

    Parameters
    ----------
    rank_sums : DataFrame
        The study's table of this name.
    rank_sums_text : str
        The same for people, in Markdown; what the page shows of it.
    claims : DataFrame
        The table of claims: ``claim, section, effect_name, effect, low, high, verdict, n_cells`` …
    rescored : DataFrame
        The part of the audit that every study has, see `remix.study.results.tables.audit.audit_table`.
    warnings : sequence of str
        What a reader must know before anything else, such as
        `remix.study.results.training_table.differences`.
    style : str
        CSS of the page.

    Returns
    -------
    str
        reStructuredText, with all that comes from the study as HTML in it.
    """
    parts = [
        f"<style>\n{style}</style>",
        '<div class="front">',
        "<h1>Does ReMix hold up?</h1>",
        *_warnings(warnings),
        f'<p class="answer">{escape(_answer(rank_sums, claims))}</p>',
        f"<h2>Table 2: ranks, ours beside the paper's {_link('rank_sums', 'sort, values')}</h2>",
        html_fragment(rank_sums_text.partition("\n")[2]),
    ]
    if not rescored.empty:
        parts += [
            f"<h2>What explains the difference {_link('rescored', 'all ranks')}</h2>",
            html_fragment(_nearest(rescored)),
            html_fragment(markdown.table(_distances(rescored))),
            html_fragment(
                "Mean distance to the printed mean ranks, and Kendall's τ with their order (1: the same), "
                "under what the authors' code does differently and needs no training to try. "
                "`snakemake audit` trains the rest."
            ),
        ]
    parts += [
        f"<h2>The paper's claims, one by one {_link('claims', 'evidence, notes')}</h2>",
        html_fragment(markdown.table(_claims(claims))),
        html_fragment(
            "The effect is that of this study, with its 95 % interval; how each is defined and tested, "
            "and why it is decided so, is in the table of claims."
        ),
        "</div>",
    ]
    return _shielded(parts)


def answer_page_rst(answer_text: str, picture: bytes, *, warnings: Sequence[str] = (), style: str) -> str:
    """Write the first page of a report about tables of one's own, for the ``report:`` directive.

    Parameters
    ----------
    answer_text : str
        The table `remix.study.results.tables.answer` for people, in Markdown.
    picture : bytes
        SVG of the reliability of what is best.
    warnings, style
        As `front_page_rst`.

    Returns
    -------
    str
        As `front_page_rst`.
    """
    title, _, text = answer_text.partition("\n")
    body, mark, reading = text.partition("## How to read it")
    # In lines: docutils refuses one of more than 10,000 characters.
    address = f"data:image/svg+xml;base64,{base64.encodebytes(picture).decode()}"
    return _shielded(
        [
            f"<style>\n{style}</style>",
            '<div class="front">',
            f"<h1>{escape(title.lstrip('# '))}? {_link('answer', 'all values')}</h1>",
            *_warnings(warnings),
            html_fragment(body),
            f'<img src="{address}" alt="Reliability of what is best, beside no remedy">',
            html_fragment(mark + reading),
            "</div>",
        ]
    )


def _warnings(warnings: Sequence[str]) -> list[str]:
    return [f'<p class="warning"><strong>Warning.</strong> {escape(warning)}</p>' for warning in warnings]


def _shielded(parts: Sequence[str]) -> str:
    """Put HTML into reStructuredText that Jinja and docutils leave alone."""
    lines = "\n".join(parts).splitlines()
    indented = "\n".join(f"   {line}".rstrip() for line in lines)
    # Two marks in a title would end what Jinja leaves alone.
    return "{% raw %}\n.. raw:: html\n\n" + indented.replace("{%", "{&#37;") + "\n{% endraw %}\n"


def _answer(rank_sums: pd.DataFrame, claims: pd.DataFrame) -> str:
    """Sum up in a few sentences: in how many columns ReMix is first, and how many claims hold."""
    subject = rank_sums[rank_sums["method"] == SUBJECT]
    on_images = subject[subject["kind"].isin(IMAGE_KINDS)]["position"].dropna()
    subject = subject[subject["kind"].isin(TABLE_KINDS)]
    ours, printed = subject["position"].dropna(), subject["published_position"].dropna()
    title = subject["title"].iloc[0] if len(subject) else "ReMix"
    answer = "This study has not ranked ReMix."
    if len(ours):
        answer = (
            f"{title} is first in {(ours == 1).sum()} of the {len(ours)} columns of Table 2 that this study "
            f"has; in the paper, in {(printed == 1).sum()} of {len(printed)}."
        )
    if len(on_images):
        answer += f" On images, it is first in {(on_images == 1).sum()} of {len(on_images)} columns."
    claims = claims[claims["section"] != NOT_OF_THE_PAPER]
    counts = "; ".join(f"{verb}: {(claims['verdict'] == name).sum()}" for name, verb in VERDICTS.items())
    return f"{answer} Of {len(claims)} claims, {counts}."


def _nearest(rescored: pd.DataFrame) -> str:
    """Say which of the deviations comes nearest to the printed ranks, over all columns of Table 2."""
    distance = rescored.groupby("protocol", sort=False)["distance"].mean()
    nearest = str(distance.idxmin())
    if nearest in (STUDY, STUDY_ALIKE):
        return "None of them brings the ranks nearer to the printed ones."
    setting = rescored.loc[rescored["protocol"] == nearest, "setting"].iloc[0]
    return (
        f"With `{setting}` the ranks come nearest to the printed ones: on average they are "
        f"{distance[nearest]:.2f} ranks away from them, instead of {distance[STUDY_ALIKE]:.2f}."
    )


def _distances(rescored: pd.DataFrame) -> pd.DataFrame:
    columns: dict[str, list[str]] = {}
    for (kind, metric), part in rescored.groupby(["kind", "metric"], sort=False):
        runs = part.drop_duplicates("protocol")
        columns["Setting"] = list(runs["setting"])
        columns[f"{KIND_TITLES[kind]} {SHORT_TITLES[metric]}"] = [
            f"{run['distance']:.2f} (τ {run['tau']:.2f})" for _, run in runs.iterrows()
        ]
    return pd.DataFrame(columns)


def _claims(claims: pd.DataFrame) -> pd.DataFrame:
    lines = [
        {
            "Claim": f"{line['claim']} ({line['section']})",
            "Verdict": verdict_text(line["verdict"]),
            "Effect [95 %]": interval_text(line),
            "of": "" if pd.isna(line["effect"]) else line["effect_name"],
            "Cells": str(line["n_cells"]),
        }
        for _, line in claims.iterrows()
    ]
    return pd.DataFrame(lines)


def _link(table: str, text: str) -> str:
    """Open a table's page from the first page, in Snakemake's own viewer."""
    view = escape(_VIEW % f"results/tables/{table}.html", quote=False)
    return f'<a href="#" onclick="{view}">{text}</a>'
