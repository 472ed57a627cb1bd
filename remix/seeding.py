"""Random seeds that are derived, never drawn: the same keys give the same numbers everywhere.

Every random choice of the study has a name, for example ``("folds", task, ir)``. Its seed is a hash of
the study's seed and that name, so adding a dataset, a method or an imbalance ratio changes no other draw,
and leaving the method out of a name makes the comparison between methods paired.
"""

import hashlib

import numpy as np

Key = str | int


def derive_seed(study_seed: int, *keys: Key) -> int:
    """Derive a 128-bit seed from the study's seed and the name of a random choice.

    Parameters
    ----------
    study_seed : int
        Seed of the whole study.
    *keys : str or int
        Name of the choice, such as ``"folds", "musk", "0.05"``. ``1`` and ``"1"`` are different keys.

    Returns
    -------
    int
        In [0, 2**128).
    """
    name = repr((int(study_seed), *keys)).encode()
    return int.from_bytes(hashlib.blake2b(name, digest_size=16).digest())


def generator(study_seed: int, *keys: Key) -> np.random.Generator:
    """Give a NumPy generator (PCG64) for the named random choice; see `derive_seed`.

    >>> first, again = (generator(1, "folds", "musk").integers(100, size=3) for _ in range(2))
    >>> (first == again).all().item()
    True
    """
    return np.random.default_rng(derive_seed(study_seed, *keys))


def random_state(study_seed: int, *keys: Key) -> int:
    """Give a seed in [0, 2**32), as scikit-learn's ``random_state`` takes it; see `derive_seed`."""
    return derive_seed(study_seed, *keys) % 2**32
