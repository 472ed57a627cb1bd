"""How much of a mixed row's label is its own class, and how much is its partner's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from remix.lazy import tf
from remix.parameters import check_number


@dataclass(frozen=True)
class MixedLabels:
    """Mix labels as features: the row's own class has the share λ (MixUp, Zhang et al., ICLR 2018)."""

    # Whether it must be known how many rows the classes have.
    needs_counts: ClassVar[bool] = False

    def share(self, weight: tf.Tensor, own: tf.Tensor, partner: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Give the share of the row's own class, which is that of its features.

        Parameters
        ----------
        weight : float32 tensor, shape (S,) or (S, B)
            Share λ of the row itself.
        own, partner : int32 tensors, shape (S, B)
            Classes of the rows and of their partners.
        counts : float32 tensor, shape (S, K)
            Rows of each class in the training part.

        Returns
        -------
        float32 tensor, shape (S,) or (S, B)
        """
        return weight


@dataclass(frozen=True)
class MinorityLabels:
    """Give a mixed row to the rarer one of its two classes (Remix, Chou et al., ECCV Workshops 2020).

    Features are mixed as always, ``x = λ x_i + (1 - λ) x_j``; the label is
    ``y = λ_y y_i + (1 - λ_y) y_j``, where with n_i and n_j rows of the two classes in the training part

    - λ_y = 0 if n_i / n_j ≥ κ and λ < τ: the partner's class is much rarer, and has the larger share;
    - λ_y = 1 if n_i / n_j ≤ 1 / κ and 1 - λ < τ: so is the row's own;
    - λ_y = λ otherwise.

    Not to be confused with the ReMix of this project, which balances the mini-batch instead: "Remix:
    Rebalanced Mixup" is a paper by Chou, Chang, Pan, Wei and Juan.

    Parameters
    ----------
    kappa : float
        κ ≥ 1: how many times as many rows a class must have for the other one to be favoured.
    tau : float
        τ in [0, 1]: up to which share the more frequent class is denied its part in the label.

    Raises
    ------
    ConfigError
        If one of these is not such a number.
    """

    needs_counts: ClassVar[bool] = True

    kappa: float = 3.0
    tau: float = 0.5

    def __post_init__(self) -> None:
        check_number("minority: kappa", self.kappa, least=1)
        check_number("minority: tau", self.tau, most=1)

    def share(self, weight: tf.Tensor, own: tf.Tensor, partner: tf.Tensor, counts: tf.Tensor) -> tf.Tensor:
        """Give the share λ_y of the row's own class.

        Parameters
        ----------
        weight : float32 tensor, shape (S,) or (S, B)
            Share λ of the row itself.
        own, partner : int32 tensors, shape (S, B)
            Classes of the rows and of their partners.
        counts : float32 tensor, shape (S, K)
            Rows of each class in the training part.

        Returns
        -------
        float32 tensor, shape (S, B)
        """
        ours, theirs = (tf.gather(counts, labels, batch_dims=1) for labels in (own, partner))
        share = weight if len(weight.shape) == 2 else weight[:, None]
        to_partner = (ours >= self.kappa * theirs) & (share < self.tau)
        to_own = (theirs >= self.kappa * ours) & (1.0 - share < self.tau)
        return tf.where(to_partner, 0.0, tf.where(to_own, 1.0, share))
