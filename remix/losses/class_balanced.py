"""Loss weights of the classes by their effective numbers of rows."""

from dataclasses import dataclass

import numpy as np

from remix.losses.deferral import DeferredWeights
from remix.parameters import check_number


@dataclass(frozen=True)
class ClassBalancedWeights(DeferredWeights):
    r"""Weight each class by :math:`(1 - \beta) / (1 - \beta^{n_c})`, one over its effective number of rows.

    The more rows a class has, the less each further one adds to what is known of it. β = 0 weighs all classes
    alike, β → 1 as `remix.losses.class_weights.BalancedWeights` does. Where rows have weights,
    :math:`n_c` is the sum of these.

    The source multiplies the weights by a number that makes their sum K, this class by one that makes their
    mean over the training rows 1. To Adam, whose steps do not depend on a constant factor of the loss, the
    two are the same. But the loss keeps its level when deferred weights begin, and is comparable between
    methods.

    Parameters
    ----------
    beta : float
        β, in [0, 1).
    start : float
        Share of the epochs after which the weights apply, see `remix.losses.deferral.DeferredWeights`.

    References
    ----------
    Y. Cui, M. Jia, T.-Y. Lin, Y. Song and S. Belongie: Class-Balanced Loss Based on Effective Number of
    Samples. CVPR 2019, arXiv:1901.05555.
    """

    beta: float = 0.999

    def __post_init__(self) -> None:
        super().__post_init__()
        check_number("class_balanced: beta", self.beta, below=1.0)

    def weights(self, counts: np.ndarray) -> np.ndarray:
        """Compute the weights of the classes; see `remix.losses.deferral.DeferredWeights.weights`.

        Examples
        --------
        >>> print(ClassBalancedWeights(beta=0.5).weights(np.array([2, 1])).round(3))
        [0.857 1.286]
        """
        # 1 - β^n, also where β^n is next to 1; the factor 1 - β is one of those that cancel.
        effective = -np.expm1(counts * np.log(self.beta)) if self.beta else np.ones(counts.shape)
        mean = (counts / effective).sum(axis=-1, keepdims=True) / counts.sum(axis=-1, keepdims=True)
        return (1 / (effective * mean)).astype(np.float32)
