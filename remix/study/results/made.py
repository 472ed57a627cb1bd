"""What the module of a table makes."""

from typing import NamedTuple

import pandas as pd


class MadeTable(NamedTuple):
    """A table, for machines and for people.

    Attributes
    ----------
    values : DataFrame
        Every number in full: what the CSV holds.
    text : str
        The document for people, in Markdown.
    """

    values: pd.DataFrame
    text: str
