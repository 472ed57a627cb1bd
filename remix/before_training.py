"""Resampling of a whole training part by imbalanced-learn, before mini-batches are drawn from the result.

It happens inside each fold, after the validation and test rows have been set aside and features were scaled.
"""

from dataclasses import dataclass

import numpy as np

from remix.parameters import check_count


@dataclass(frozen=True)
class SmoteBefore:
    """Raise every class to the size of the largest one by SMOTE (Chawla et al. 2002, JAIR 16).

    New rows lie between a row and one of its ``min(neighbours, n_c - 1)`` nearest neighbours of the same
    class in the training part; a class with one row repeats it. An epoch has as many more mini-batches as
    there are more rows.

    Parameters
    ----------
    neighbours : int
        Largest number of neighbours.
    """

    neighbours: int = 5

    def __post_init__(self) -> None:
        check_count("smote: neighbours", self.neighbours, least=1)

    def rows(self, counts: np.ndarray) -> np.ndarray:
        """Count the rows that there will be, (...), from those of each class, (..., K)."""
        return counts.shape[-1] * counts.max(axis=-1)

    def apply(
        self, features: np.ndarray, labels: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Resample a training part.

        Parameters
        ----------
        features : ndarray, shape (n, …)
            Rows of a table, or images, whose distances and interpolations are those of their pixels.
        labels : ndarray of int, shape (n,)
            Classes 0..K-1, none of which is without rows.
        rng : numpy.random.Generator

        Returns
        -------
        features : ndarray, shape (m, …)
            Of the same type; the given rows come first.
        labels : ndarray of int, shape (m,)
        """
        # imbalanced-learn takes a second to import, and most methods do without it.
        from imblearn.over_sampling import SMOTE

        flat = features.reshape(len(features), -1).astype(np.float32)
        given = labels
        counts = np.bincount(labels)
        for label in np.flatnonzero(counts < counts.max()):
            wanted = int(counts.max())
            if counts[label] == 1:
                row = np.flatnonzero(given == label)
                flat = np.concatenate([flat, np.repeat(flat[row], wanted - 1, axis=0)])
                labels = np.concatenate([labels, np.full(wanted - 1, label, labels.dtype)])
                continue
            flat, labels = SMOTE(
                sampling_strategy={int(label): wanted},
                k_neighbors=min(self.neighbours, int(counts[label]) - 1),
                random_state=int(rng.integers(2**31)),
            ).fit_resample(flat, labels)
        if features.dtype.kind == "u":
            flat = np.rint(flat)
        return flat.reshape(-1, *features.shape[1:]).astype(features.dtype), labels


@dataclass(frozen=True)
class Undersampling:
    """Cut every class down to the size of the smallest one, at random and without replacement.

    An epoch has as many fewer mini-batches as there are fewer rows.
    """

    def rows(self, counts: np.ndarray) -> np.ndarray:
        """Count the rows that there will be, (...), from those of each class, (..., K)."""
        return counts.shape[-1] * counts.min(axis=-1)

    def apply(
        self, features: np.ndarray, labels: np.ndarray, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Resample a training part.

        Parameters
        ----------
        features : ndarray, shape (n, …)
        labels : ndarray of int, shape (n,)
            Classes 0..K-1, none of which is without rows.
        rng : numpy.random.Generator

        Returns
        -------
        features : ndarray, shape (m, …)
            Some of the given rows.
        labels : ndarray of int, shape (m,)
        """
        from imblearn.under_sampling import RandomUnderSampler

        sampler = RandomUnderSampler(random_state=int(rng.integers(2**31)))
        rows, labels = sampler.fit_resample(np.arange(len(labels))[:, None], labels)
        return features[rows[:, 0]], labels
