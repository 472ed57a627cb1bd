"""What a method does to a mini-batch, as one would write it today with NumPy and imbalanced-learn."""

import numpy as np
from imblearn.over_sampling import SMOTE


def balanced(rng: np.random.Generator, labels: np.ndarray) -> np.ndarray:
    """Choose as many rows as there are, equally many of each class that is present, with replacement."""
    present = np.unique(labels)
    sizes = np.full(len(present), len(labels) // len(present))
    sizes[rng.permutation(len(present))[: len(labels) - sizes.sum()]] += 1
    return np.concatenate(
        [rng.choice(np.flatnonzero(labels == c), n) for c, n in zip(present, sizes, strict=True)]
    )


def smote(
    rng: np.random.Generator, x: np.ndarray, labels: np.ndarray, neighbours: int = 5
) -> tuple[np.ndarray, np.ndarray]:
    """Raise every class to the largest one and keep as many rows as there were.

    A class of one row is doubled first, without which imbalanced-learn refuses; so its row is repeated.
    """
    size = len(labels)
    present, counts = np.unique(labels, return_counts=True)
    if len(present) == 1:
        return x, labels
    single = np.flatnonzero(np.isin(labels, present[counts == 1]))
    x, labels = np.concatenate([x, x[single]]), np.concatenate([labels, labels[single]])
    k = min(neighbours, max(counts.min(), 2) - 1)
    x, labels = SMOTE(k_neighbors=k, random_state=int(rng.integers(2**31))).fit_resample(x, labels)
    kept = rng.permutation(len(labels))[:size]
    return x[kept], labels[kept]


def mixup(
    rng: np.random.Generator, x: np.ndarray, y: np.ndarray, alpha: float
) -> tuple[np.ndarray, np.ndarray]:
    """Mix every row and its label with another one, with one λ ~ Beta(α, α) for the mini-batch."""
    share, order = np.float32(rng.beta(alpha, alpha)), rng.permutation(len(x))
    return share * x + (1 - share) * x[order], share * y + (1 - share) * y[order]
