"""How many mini-batches lack a class, which resampling within the mini-batch cannot bring back."""

import warnings

import numpy as np
from numpy.typing import ArrayLike

# Up to this share it is left unsaid.
MOST_LACKING = 0.1


def lacking_share(counts: ArrayLike, batch_size: int) -> float:
    """Give the share of mini-batches that is expected to lack at least one class.

    Of B rows drawn at random none is of class c with the probability ``(1 - n_c / n) ** B``; whether one
    class is there says next to nothing of the others.

    Parameters
    ----------
    counts : array-like, shape (K,)
        Rows of each class, or their weights. Classes without rows, which no mini-batch could have, are left
        out.
    batch_size : int
        B.

    Returns
    -------
    float

    Examples
    --------
    >>> round(lacking_share([990, 10], 64), 2)
    0.53
    """
    rows = np.asarray(counts, dtype=float)
    rows = rows[rows > 0]
    return float(1.0 - np.prod(1.0 - (1.0 - rows / rows.sum()) ** batch_size))


def warn_if_lacking(share: float, batch_size: int, remedy: str, *, stacklevel: int) -> bool:
    """Warn if too many mini-batches lack a class, and say what to do; gives whether it did.

    Parameters
    ----------
    share : float
        Of the mini-batches, those that lack a class.
    batch_size : int
    remedy : str
        What to do.
    stacklevel : int
        As in `warnings.warn`, seen from the caller.
    """
    if share <= MOST_LACKING:
        return False
    text = f"{share:.0%} of the mini-batches of {batch_size} rows lack a class that the method would balance"
    warnings.warn(f"{text}: {remedy}", stacklevel=stacklevel + 1)
    return True
