"""Mixing of the rows of a mini-batch (MixUp, Zhang et al. 2017; Algorithm 1 of ReMix, lines 4 to 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from remix.batches.balanced_partners import BalancedPartners
from remix.batches.blending import blend
from remix.batches.hidden import HiddenMixing
from remix.batches.inverse_partners import InversePartners
from remix.batches.linked_partners import LinkedPartners
from remix.batches.margin_labels import MarginLabels
from remix.batches.mini_batch import MiniBatch
from remix.batches.partners import PermutedPartners
from remix.batches.pool import Pool
from remix.batches.prior_weights import moved_to_the_rarer
from remix.batches.soft_labels import MinorityLabels, MixedLabels
from remix.lazy import tf
from remix.parameters import check_alpha, check_choice

Weights = Literal["batch", "row", "prior"]
Layers = Literal["input", "hidden"]
Partners = PermutedPartners | BalancedPartners | LinkedPartners | InversePartners
SoftLabels = MixedLabels | MinorityLabels | MarginLabels


@dataclass(frozen=True)
class Mixing:
    """Blend every row of a mini-batch, and its label, with a partner: λ for the row, 1 - λ for the partner.

    The paper's mixing is the default: one λ ~ Beta(α, α) per mini-batch, a permutation of the mini-batch, the
    same shares for features and labels, in the input. Each of these is an option of its own.

    Parameters
    ----------
    alpha : float
        α > 0 of the law of λ; small values leave most rows nearly as they are.
    weights : {'batch', 'row', 'prior'}
        One λ for a mini-batch, or one for each row; or one for each row that is then moved to favour the
        rarer one of the two classes, see `remix.batches.prior_weights.moved_to_the_rarer`.
    partners : PermutedPartners, BalancedPartners, LinkedPartners or InversePartners
        Whom a row is mixed with, and by which law λ is drawn.
    labels : MixedLabels, MinorityLabels or MarginLabels
        The shares of the two classes in the label.
    layers : {'input', 'hidden'}
        Where rows are mixed: as the network is given them, or in a layer that is drawn for each mini-batch;
        see `remix.batches.hidden.HiddenMixing`.

    Raises
    ------
    ConfigError
        If `alpha` is not a number above 0, or an option is none of these.
    """

    alpha: float
    weights: Weights = "batch"
    partners: Partners = field(default_factory=PermutedPartners)
    labels: SoftLabels = field(default_factory=MixedLabels)
    layers: Layers = "input"

    def __post_init__(self) -> None:
        check_alpha(self.alpha)
        check_choice("mix.weights", self.weights, get_args(Weights))
        check_choice("mix.layers", self.layers, get_args(Layers))

    @property
    def needs_counts(self) -> bool:
        """Whether it must be known how many rows the classes have."""
        return self.labels.needs_counts or self.weights == "prior"

    def draw(
        self, rng: np.random.Generator, steps: int, batch_size: int, n_classes: int
    ) -> dict[str, np.ndarray]:
        """Draw the random numbers of `steps` mini-batches.

        Returns
        -------
        dict
            ``weight`` (steps,), or (steps, batch_size) if each row has its own: λ, float32 in [0, 1]; what
            the partners draw; and for hidden layers ``layer`` (steps,), float32 in [0, 1).
        """
        size = steps if self.weights == "batch" else (steps, batch_size)
        drawn = {"weight": rng.beta(*self.partners.law(self.alpha), size=size).astype(np.float32)}
        drawn |= self.partners.draw(rng, steps, batch_size)
        if self.layers == "hidden":
            drawn["layer"] = rng.random(steps, dtype=np.float32)
        return drawn

    def apply(self, x: tf.Tensor, labels: tf.Tensor, pool: Pool, drawn: Mapping[str, tf.Tensor]) -> MiniBatch:
        """Apply one step of `draw`.

        Parameters
        ----------
        x : float32 tensor, shape (S, B', …)
            Features, or images, of the rows that the partners need: B' is B or 2 B.
        labels : int32 tensor, shape (S, B')
            Their classes.
        pool : Pool
            What is known of the training parts.
        drawn : mapping
            One step of `draw`, with the stack as first axis.

        Returns
        -------
        MiniBatch
            Of B rows: ``λ x + (1 - λ) x[order]`` with the labels ``λ_y y + (1 - λ_y) y[order]``, or for
            hidden layers the rows as they are, such labels, and how to mix.
        """
        weight, order = drawn["weight"], self.partners.order(labels, pool, drawn)
        own, theirs = labels[:, : order.shape[1]], tf.gather(labels, order, batch_dims=1)
        if self.weights == "prior":
            weight = moved_to_the_rarer(weight, own, theirs, pool.class_counts)
        share = self.labels.share(weight, own, theirs, pool.class_counts)
        y = blend(tf.one_hot(labels, pool.n_classes), share, order)
        if self.layers == "hidden":
            return MiniBatch(x, y, HiddenMixing(weight, order, drawn["layer"]))
        return MiniBatch(blend(x, weight, order), y)
