"""One self-contained HTML page from a Markdown document and, below it, the values behind it.

Snakemake's report shows HTML where it stands and offers everything else as a download. The Markdown documents
are the tables laid out for people, rounded and with the best in bold, so a page is made from these, by a
library, and not a second time from the frames. The frame, which has every value in full, follows in a folded
table: it is what one filters, or takes away as CSV. The script that sorts and filters works on any table, so
nothing is prepared for it but the full value of rounded numbers.
"""

import base64
from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML

from remix.study.results import markdown

DIGITS = 4
_TABLE_START, _TABLE_END = '<div class="table"><table>\n', "</table></div>\n"


def html_page(
    text: str,
    *,
    style: str,
    script: str,
    pictures: Mapping[str, bytes] | None = None,
    values: pd.DataFrame | None = None,
) -> str:
    """Turn a Markdown document into a page that needs nothing but a browser.

    Parameters
    ----------
    text : str
        Markdown that starts with a heading, which is the page's title. HTML in it is shown as text.
    style, script : str
        CSS and JavaScript of the page.
    pictures : mapping of str to bytes, optional
        SVGs to show below the text, by title.
    values : DataFrame, optional
        Values to show in full, see `values_table`.

    Returns
    -------
    str
        HTML; equal arguments give equal text.
    """
    title = text.partition("\n")[0].lstrip("# ")
    body = html_fragment(text)
    for name, svg in (pictures or {}).items():
        address = f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
        body += f'<h2>{escape(name)}</h2>\n<img src="{address}" alt="{escape(name)}">\n'
    if values is not None:
        summary = f"<summary>All values ({len(values):,} rows)</summary>"
        body += f"<details>{summary}\n{values_table(values)}</details>\n"
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>\n{style}</style>\n</head>\n<body>\n<main>\n{body}</main>\n"
        f"<script>\n{script}</script>\n</body>\n</html>\n"
    )


def html_fragment(text: str) -> str:
    r"""Turn Markdown into HTML, each table in a box of its own that scrolls where the screen is too narrow.

    >>> html_fragment("a <b> & **c**")
    '<p>a &lt;b&gt; &amp; <strong>c</strong></p>\n'
    """
    # CommonMark with tables, and without HTML: names and reasons come from configuration and from servers.
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.add_render_rule("table_open", _table_start)
    parser.add_render_rule("table_close", _table_end)
    return str(parser.render(text))


def values_table(frame: pd.DataFrame) -> str:
    """Write a frame as an HTML table: numbers with four digits, their full value beside them.

    Parameters
    ----------
    frame : DataFrame
        Any columns; what is missing becomes a dash.

    Returns
    -------
    str
        Each rounded cell has the full value in ``data-value``, by which the page's script sorts, and which it
        shows as a tooltip and saves.

    Examples
    --------
    >>> print(values_table(pd.DataFrame({"p": [0.123456]})))
    <div class="table"><table>
    <thead><tr><th class="number">p</th></tr></thead>
    <tbody>
    <tr><td class="number" data-value="0.123456">0.1235</td></tr>
    </tbody>
    </table></div>
    <BLANKLINE>
    """
    numeric = [
        pd.api.types.is_numeric_dtype(kind) and not pd.api.types.is_bool_dtype(kind) for kind in frame.dtypes
    ]
    head = "".join(
        f"<th{_class(number)}>{escape(str(name))}</th>"
        for name, number in zip(frame.columns, numeric, strict=True)
    )
    # Columns are taken one by one: a row of a frame would turn whole numbers into floats.
    cells = [
        [_cell(value, number) for value in column]
        for (_, column), number in zip(frame.items(), numeric, strict=True)
    ]
    rows = "".join(f"<tr>{''.join(row)}</tr>\n" for row in zip(*cells, strict=True))
    return f"{_TABLE_START}<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody>\n{_TABLE_END}"


def _cell(value: Any, number: bool) -> str:
    if pd.isna(value) or value == "":
        return f'<td{_class(number)} data-value="">{markdown.ABSENT}</td>'
    full = str(value)
    shown = f"{value:.{DIGITS}g}" if isinstance(value, float) else full
    rounded = "" if shown == full else f' data-value="{escape(full)}"'
    return f"<td{_class(number)}{rounded}>{escape(shown)}</td>"


def _class(number: bool) -> str:
    return ' class="number"' if number else ""


def _table_start(renderer: RendererHTML, *_: Any) -> str:
    return _TABLE_START


def _table_end(renderer: RendererHTML, *_: Any) -> str:
    return _TABLE_END
