"""Headers that are a row of data."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from remix.errors import DataError
from remix.study.data.labels import listing, number_of

# As many numbers as this are in order by chance only once in 24 rows of data.
_MANY_NAMES = 4


def refuse_data_as_names(
    names: Sequence[str], label_at: int, labels: Collection[str], *, named: bool
) -> None:
    """Refuse the names of columns where they are a row of data, of which there is one too few then.

    Parameters
    ----------
    names : sequence of str
        As the header has them.
    label_at : int
        Position of the label.
    labels : collection of str
        What may stand there.
    named : bool
        Whether the catalogue names the column of the label, and so has seen the header.

    Raises
    ------
    DataError
        If the column of the label is called as a class is, or most others are called by numbers in no order.

    Examples
    --------
    >>> refuse_data_as_names(["2019", "2020", "y"], 2, ["0", "1"], named=True)
    """
    numbers = [number_of(name) for name in names]
    if numbers == list(range(len(names))) or numbers == list(range(1, len(names) + 1)):
        return  # as pandas names columns that have no names
    remedy = "if it is, write 'header: false'; if these are names, add 'skip_rows: 1' to that"
    if not named and names[label_at] in labels:
        raise DataError(
            f"the header seems to be a row of data: the column of the label is called '{names[label_at]}', "
            f"which is a class; {remedy}"
        )
    others = [number for i, number in enumerate(numbers) if i != label_at]
    found = [number for number in others if number is not None]
    pairs = list(pairwise(found))
    in_order = all(a < b for a, b in pairs) or all(a > b for a, b in pairs)
    whole = all(number == int(number) for number in found)
    if 2 * len(found) > len(others) and not (in_order and (whole or len(found) >= _MANY_NAMES)):
        shown = listing([name for name, number in zip(names, numbers, strict=True) if number is not None])
        raise DataError(f"the header seems to be a row of data: columns are called {shown}; {remedy}")
