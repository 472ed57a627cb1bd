"""Loss weights of the classes (cost adjustment)."""

from dataclasses import dataclass

import numpy as np

from remix.losses.deferral import DeferredWeights


@dataclass(frozen=True)
class BalancedWeights(DeferredWeights):
    """Weight each class by n / (K n_c), so that all classes weigh the same in the loss.

    Parameters
    ----------
    start : float
        Share of the epochs after which the weights apply, see `remix.losses.deferral.DeferredWeights`.
    """

    def weights(self, counts: np.ndarray) -> np.ndarray:
        """Compute the weights of the classes; see `remix.losses.deferral.DeferredWeights.weights`.

        Examples
        --------
        >>> BalancedWeights().weights(np.array([90, 10])).tolist()
        [0.5555555820465088, 5.0]
        """
        total = counts.sum(axis=-1, keepdims=True)
        return (total / (counts.shape[-1] * counts)).astype(np.float32)
