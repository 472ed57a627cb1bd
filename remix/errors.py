"""Errors that a user can act on: one line that names the thing and the remedy."""


class RemixError(Exception):
    """Base of every error that ReMix raises on purpose; its text is shown without a traceback."""


class ConfigError(RemixError):
    """The configuration is wrong; the text has one line per problem."""


class SourceError(RemixError):
    """One source of a dataset could not be had or read."""


class DataError(RemixError):
    """A dataset, or a variant of it, is not what the catalogue says or the study needs."""


class TrainingError(RemixError):
    """Training cannot start or cannot go on; the text names the cell, the repeat and the fold."""


class ResultError(RemixError):
    """A result file is missing, incomplete or not what its contract says."""


class MissingLibraryError(RemixError, ImportError):
    """Something needs a library that is not installed; the text says how to have it."""


class InputError(RemixError, ValueError):
    """What the library was given cannot be used; a ValueError, as scikit-learn's contract wants it."""


def one_line(error: object) -> str:
    r"""Write an error, or a text, in one line; what a server or a file says in it must not steer a terminal.

    >>> one_line("a name\n\x1b[31mof a file")
    'a name �[31mof a file'
    """
    line = " ".join(str(error).split())
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)
