"""Loss weights of the classes (cost adjustment)."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class BalancedWeights:
    """Weight each class by n / (K n_c), so that all classes weigh the same in the loss."""

    def weights(self, counts: np.ndarray) -> np.ndarray:
        """Compute the weights of the classes.

        Parameters
        ----------
        counts : ndarray of int, shape (..., K)
            Rows of each class in the training part; none is 0.

        Returns
        -------
        ndarray of float32, shape (..., K)
            Weights whose mean over the training rows is 1.

        Examples
        --------
        >>> BalancedWeights().weights(np.array([90, 10])).tolist()
        [0.5555555820465088, 5.0]
        """
        total = counts.sum(axis=-1, keepdims=True)
        return (total / (counts.shape[-1] * counts)).astype(np.float32)
