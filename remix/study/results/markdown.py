"""GitHub-flavoured Markdown for tables."""

from collections.abc import Sequence

import pandas as pd
from tabulate import tabulate

ABSENT = "–"


def table(frame: pd.DataFrame) -> str:
    r"""Write a frame of texts as a table; columns whose cells all look like numbers are right-aligned.

    >>> print(table(pd.DataFrame({"task": ["a|b"], "rows": ["12"]})))
    | task   |   rows |
    |:-------|-------:|
    | a\|b   |     12 |
    """
    cells = [[str(value).replace("|", "\\|").replace("\n", " ") for value in row] for row in frame.to_numpy()]
    numeric = [all(_numeric(row[k]) for row in cells) for k in range(frame.shape[1])]
    return tabulate(
        cells,
        headers=[str(name) for name in frame.columns],
        tablefmt="pipe",
        colalign=["right" if right else "left" for right in numeric] if cells else None,
        disable_numparse=True,
    )


def document(title: str, *parts: str) -> str:
    """Join a heading and its parts with blank lines between them; empty parts are left out."""
    return "\n\n".join([f"# {title}", *(part for part in parts if part)]) + "\n"


def listing(items: Sequence[str]) -> str:
    """Write a bulleted list."""
    return "\n".join(f"- {item}" for item in items)


def bold(text: str, *, where: bool = True) -> str:
    """Set in bold, or only where something is so.

    >>> bold("0.9"), bold("0.8", where=False)
    ('**0.9**', '0.8')
    """
    return f"**{text}**" if where else text


def p_value(p: float) -> str:
    """Write a p value to three decimals.

    >>> p_value(0.0421), p_value(0.0003), p_value(float("nan"))
    ('0.042', '<0.001', '–')
    """
    if pd.isna(p):
        return ABSENT
    return "<0.001" if p < 0.0005 else f"{p:.3f}"


def _numeric(text: str) -> bool:
    """Whether a cell looks like a number, whatever its emphasis, spread or thousands separators."""
    plain = text.replace("*", "").replace(",", "").replace("<", "").split(" ")[0]
    try:
        float(plain)
    except ValueError:
        return text in ("", ABSENT)
    return True
