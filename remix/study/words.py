"""Numbers and lists as people say them."""

from collections.abc import Sequence


def counted(number: int, noun: str) -> str:
    """Write a number of things.

    >>> counted(1, "cell"), counted(15, "cell")
    ('1 cell', '15 cells')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def in_words(seconds: float) -> str:
    """Write seconds for people.

    >>> in_words(34), in_words(300), in_words(7_000)
    ('34 seconds', '5 minutes', '1.9 hours')
    """
    if seconds < 100:
        return f"{seconds:.0f} seconds"
    if seconds < 6_000:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.1f} hours"


def percent(share: float, decimals: int = 0) -> str:
    """Write a share.

    >>> percent(0.431), percent(0.0431, 1)
    ('43 %', '4.3 %')
    """
    return f"{share:.{decimals}%}".replace("%", " %")


def listed(items: Sequence[str], most: int = 4) -> str:
    """List the first of some items, and say how many others there are.

    >>> listed(["a", "b"]), listed([*"abcdef"])
    ('a; b', 'a; b; c; d; and 2 others')
    """
    rest = len(items) - most
    return "; ".join(items[:most]) + (f"; and {counted(rest, 'other')}" if rest > 0 else "")
