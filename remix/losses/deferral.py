"""Class weights that apply only towards the end of the training (deferred re-weighting)."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from remix.parameters import check_number


@dataclass(frozen=True)
class DeferredWeights(ABC):
    """Weights of the classes in the loss, from a share of the epochs on; before, all weigh 1.

    The source learns features from rows as they are, and lets the weights move the boundaries of the classes
    afterwards, by small steps. It does so from epoch 160 of 200 on, a share of 0.8.

    Parameters
    ----------
    start : float
        Share of the epochs, in [0, 1), after which the weights apply; 0: in all.

    References
    ----------
    K. Cao, C. Wei, A. Gaidon, N. Arechiga and T. Ma: Learning Imbalanced Datasets with
    Label-Distribution-Aware Margin Loss. NeurIPS 2019, arXiv:1906.07413.
    """

    start: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        check_number("loss_weights: start", self.start, below=1.0)

    def unweighted_epochs(self, epochs: int) -> int:
        """Count the epochs before the weights apply: `start` times all, rounded down, so never all of them.

        The product is taken of the share as written, so that one that is whole on paper stays so.

        Examples
        --------
        >>> from remix.losses.class_weights import BalancedWeights
        >>> [BalancedWeights(start=0.8).unweighted_epochs(epochs) for epochs in (200, 3, 1)]
        [160, 2, 0]
        """
        return int(Fraction(str(self.start)) * epochs)

    @abstractmethod
    def weights(self, counts: np.ndarray) -> np.ndarray:
        """Compute the weights of the classes.

        Parameters
        ----------
        counts : ndarray of int or float, shape (..., K)
            Rows of each class in the training part; none is 0.

        Returns
        -------
        ndarray of float32, shape (..., K)
            Weights whose mean over the training rows is 1.
        """
