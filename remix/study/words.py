"""Numbers as people say them."""


def counted(number: int, noun: str) -> str:
    """Write a number of things.

    >>> counted(1, "cell"), counted(15, "cell")
    ('1 cell', '15 cells')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"


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
