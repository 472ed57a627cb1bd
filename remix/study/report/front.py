"""The report's first page: Table 2 beside the printed one, and which of the paper's claims hold.

Snakemake renders the page's text with Jinja and docutils. Tables with heads of two lines are beyond
reStructuredText, so the page is HTML within it, shielded from both.
"""

from collections.abc import Mapping, Sequence
from html import escape

import pandas as pd

from remix.study.compare.claims import NOT_OF_THE_PAPER
from remix.study.data.catalogue import IMAGE_KINDS, TABLE_KINDS
from remix.study.report.document import html_fragment
from remix.study.results import markdown
from remix.study.results.by_protocol import STUDY_ALIKE
from remix.study.results.coverage import coverage_note
from remix.study.results.tables.rank_sums import METRICS, SHORT_TITLES, cell_count, comparison_remarks
from remix.study.study import KIND_TITLES, STUDY, Study

SUBJECT = "remix"
# As the column `verdict` of the claims has them; the order is that of the sentence.
VERDICTS = {"holds": "hold", "does not hold": "do not hold", "undecided": "undecided with this data"}
_VIEW = "app.setView({content:'html',contentPath:results['%s'].data_uri,resultPath:'%s'});return false"


def front_page_rst(
    rank_sums: pd.DataFrame,
    study: Study,
    coverage: pd.DataFrame,
    claims: pd.DataFrame | None,
    rescored: pd.DataFrame | None = None,
    *,
    warnings: Sequence[str] = (),
    style: str,
) -> str:
    """Write the first page, for the ``report:`` directive.

    Parameters
    ----------
    rank_sums, coverage : DataFrame
        The study's tables of these names.
    study : Study
    claims : DataFrame or None
        The table of claims, if the study has one: ``claim, section, effect_name, effect, low, high, test, p,
        n_cells, n_datasets, agrees, verdict, note``.
    rescored : DataFrame or None
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
        *(f'<p class="warning"><strong>Warning.</strong> {escape(warning)}</p>' for warning in warnings),
        f'<p class="answer">{escape(_answer(rank_sums, claims))}</p>',
        f"<p>{escape(coverage_note(coverage))}</p>",
        f"<h2>Table 2: ranks, ours beside the paper's {_link('rank_sums', 'sort, values')}</h2>",
        _rank_table(rank_sums, TABLE_KINDS, {"ours": "", "paper": "published_"}),
        html_fragment(
            "Rank sum, and mean rank in brackets, over the cells (task and imbalance ratio); lower is "
            f"better, the best of a column is bold. {' '.join(comparison_remarks(rank_sums, study))} "
            f"{study.protocol_note}"
        ),
    ]
    if rank_sums["kind"].isin(IMAGE_KINDS).any():
        parts += [
            "<h2>Ranks on images</h2>",
            _rank_table(rank_sums, IMAGE_KINDS, {"ours": ""}),
            html_fragment(
                "The same on images, which the paper shows as gains only (Figure 6), among all methods that "
                "images have."
            ),
        ]
    if rescored is not None and not rescored.empty:
        parts += [
            f"<h2>What explains the difference {_link('rescored', 'all ranks')}</h2>",
            html_fragment(_nearest(rescored)),
            _distance_table(rescored),
            html_fragment(
                "Mean distance to the printed mean ranks, and Kendall's τ with their order (1: the same), "
                "under what the authors' code does differently and needs no training to try. "
                "`snakemake audit` trains the rest."
            ),
        ]
    if claims is not None:
        parts += [
            f"<h2>The paper's claims, one by one {_link('claims', 'evidence, notes')}</h2>",
            _claims_table(claims),
            html_fragment(
                "The effect is that of this study, with its 95 % interval; how each is defined and tested, "
                "and why it is decided so, is in the table of claims."
            ),
        ]
    parts.append("</div>")
    lines = "\n".join(parts).splitlines()
    indented = "\n".join(f"   {line}".rstrip() for line in lines)
    # Two marks in a title would end what Jinja leaves alone.
    return "{% raw %}\n.. raw:: html\n\n" + indented.replace("{%", "{&#37;") + "\n{% endraw %}\n"


def _answer(rank_sums: pd.DataFrame, claims: pd.DataFrame | None) -> str:
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
    if claims is not None:
        claims = claims[claims["section"] != NOT_OF_THE_PAPER]
        counts = "; ".join(f"{verb}: {(claims['verdict'] == name).sum()}" for name, verb in VERDICTS.items())
        answer += f" Of {len(claims)} claims, {counts}."
    return answer


def _rank_table(rank_sums: pd.DataFrame, kinds: Sequence[str], sides: Mapping[str, str]) -> str:
    """Lay out the table as the paper does: for each kind and metric a column of ours, and of the paper's."""
    columns: dict[tuple[str, str], list[str]] = {}
    rank_sums = rank_sums[rank_sums["kind"].isin(kinds)]
    for kind in (kind for kind in kinds if kind in set(rank_sums["kind"])):
        for metric in METRICS:
            part = rank_sums[(rank_sums["kind"] == kind) & (rank_sums["metric"] == metric)]
            for whose, prefix in sides.items():
                cells = cell_count(part, f"{prefix}n_cells")
                head = (f"{KIND_TITLES[kind]} {SHORT_TITLES[metric]}", f"{whose}<small>{cells}</small>")
                columns[head] = [_rank(line, prefix) for _, line in part.iterrows()]
    titles = [escape(title) for title in rank_sums.drop_duplicates("method")["title"]]
    frame = pd.DataFrame(columns, index=titles)
    return _boxed(frame.to_html(classes="rank-table", border=0, escape=False, justify="right"))


def _rank(line: pd.Series, prefix: str) -> str:
    total, mean, position = (line[f"{prefix}{name}"] for name in ("rank_sum", "mean_rank", "position"))
    if pd.isna(total):
        return markdown.ABSENT
    text = f"{total:g} ({mean:.2f})"
    return f"<strong>{text}</strong>" if position == 1 else text


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


def _distance_table(rescored: pd.DataFrame) -> str:
    columns: dict[str, dict[str, str]] = {}
    for (kind, metric), part in rescored.groupby(["kind", "metric"], sort=False):
        rows = part.drop_duplicates("protocol").set_index("setting")
        columns[f"{KIND_TITLES[kind]} {SHORT_TITLES[metric]}"] = {
            escape(str(setting)): f"{row['distance']:.2f}<small>τ {row['tau']:.2f}</small>"
            for setting, row in rows.iterrows()
        }
    frame = pd.DataFrame(columns)
    return _boxed(frame.to_html(classes="rank-table distances", border=0, escape=False, justify="right"))


def _claims_table(claims: pd.DataFrame) -> str:
    lines = [
        {
            "Claim": f"{escape(str(line['claim']))} <small>{escape(str(line['section']))}</small>",
            "Verdict": _verdict(str(line["verdict"])),
            "Effect": _effect(line),
            "Cells": escape(_text(line["n_cells"])),
        }
        for _, line in claims.iterrows()
    ]
    frame = pd.DataFrame(lines, columns=["Claim", "Verdict", "Effect", "Cells"])
    return _boxed(frame.to_html(classes="claims-table", border=0, escape=False, index=False, justify="left"))


def _verdict(verdict: str) -> str:
    style = verdict.replace(" ", "-") if verdict in VERDICTS else "other"
    return f'<span class="verdict {style}">{escape(verdict)}</span>'


def _effect(line: pd.Series) -> str:
    if pd.isna(line["effect"]):
        return markdown.ABSENT
    interval = "" if pd.isna(line["low"]) else f" [{line['low']:.3g}, {line['high']:.3g}]"
    name = "" if pd.isna(line["effect_name"]) else f"<br><small>{escape(str(line['effect_name']))}</small>"
    return f"{line['effect']:.3g}{interval}{name}"


def _text(value: object) -> str:
    """Write a number of cells, which is a float where another line has none."""
    return markdown.ABSENT if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)


def _boxed(table: str) -> str:
    return f'<div class="box">{table}</div>'


def _link(table: str, text: str) -> str:
    """Open a table's page from the first page, in Snakemake's own viewer."""
    path = f"results/tables/{table}.html"
    return f'<a href="#" onclick="{_VIEW % (path, path)}">{text}</a>'
