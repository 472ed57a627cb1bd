"""Labels of mixed rows whose boundary between two classes is nearer to the more frequent one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from remix.lazy import tf
from remix.parameters import check_number


@dataclass(frozen=True)
class MarginLabels:
    """Give the rarer class of a mixed row the wider margin (MAMix, Cheng et al., arXiv:2308.15457).

    Features are mixed as always, ``x = λ x_i + (1 - λ) x_j``. On the way from x_i to x_j the label changes
    its mind not in the middle, but where the partner's share 1 - λ is ``b = η_i / (η_i + η_j)`` with
    ``η = n^-ω``, n being the rows of a class in the training part: the margins of LDAM. From the row to
    there the share λ_y of its own class falls in proportion from 1 to 1/2, and from there to 0,

    - ``λ_y = 1 - (1 - λ) / (2 b)`` if 1 - λ ≤ b,
    - ``λ_y = λ / (2 (1 - b))`` otherwise.

    Of classes of the same size it is λ: MixUp. The formula is that of the code which the authors released.

    Parameters
    ----------
    omega : float
        ω ≥ 0: how fast margins grow with rarity; 0 is MixUp.

    Raises
    ------
    ConfigError
        If it is not such a number.
    """

    needs_counts: ClassVar[bool] = True

    omega: float = 0.25

    def __post_init__(self) -> None:
        check_number("margin: omega", self.omega)

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
        # η_i / (η_i + η_j), by one power.
        boundary = 1.0 / (1.0 + (ours / theirs) ** self.omega)
        beyond = 1.0 - share > boundary
        return tf.where(beyond, share / (2.0 * (1.0 - boundary)), 1.0 - (1.0 - share) / (2.0 * boundary))
