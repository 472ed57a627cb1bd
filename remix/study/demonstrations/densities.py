"""Figure 4: how α shapes the distribution of what ReMix trains on."""

import dataclasses
from typing import NamedTuple

import numpy as np
import pandas as pd
from statsmodels.nonparametric.kde import KDEUnivariate

from remix.batches.mixing import Mixing
from remix.methods import Method
from remix.seeding import generator
from remix.study.demonstrations.mini_batches import draw_batches, make_batches, training_set

NAME = "densities"
# Rows and means of the majority and of the minority, and the standard deviation of both.
ROWS, MEANS, DEVIATION = (500, 50), (-1.5, 1.5), 0.5
ALPHAS = (0.1, 0.2, 0.3, 0.4, 0.5)
# λ is one number per mini-batch, so that its distribution shows in many of them only.
BATCHES = 3000
# Width of the kernel, by quantity; the same for all curves, so that they differ by what was mixed alone.
BANDWIDTHS = {"feature": 0.15, "label": 0.03}
# What counts as between the classes: the middle third of the way between their means, and of [0, 1].
BETWEEN = {
    "feature": tuple(MEANS[0] + (MEANS[1] - MEANS[0]) * share for share in (1 / 3, 2 / 3)),
    "label": (1 / 3, 2 / 3),
}


class Densities(NamedTuple):
    """Numbers of Figure 4.

    Attributes
    ----------
    points : DataFrame
        ``feature, label``: the training rows; label 1 is the minority.
    curves : DataFrame
        ``quantity, alpha, at, density``: kernel densities of the feature and of the minority's share of the
        label; alpha is NaN for the training rows themselves.
    between : DataFrame
        ``quantity, alpha, share``: share of the rows that lie between the classes (`BETWEEN`).
    """

    points: pd.DataFrame
    curves: pd.DataFrame
    between: pd.DataFrame


def densities(method: Method, seed: int) -> Densities:
    """Make mini-batches of two Gaussians with a method, for several α."""
    rng = generator(seed, "data", NAME)
    label = np.repeat([0, 1], ROWS)
    feature = rng.normal(np.repeat(MEANS, ROWS), DEVIATION)
    data = training_set(feature[:, None], label, NAME)
    made = {np.nan: {"feature": feature, "label": label.astype(np.float64)}}
    for alpha in ALPHAS:
        own = dataclasses.replace(method, mix=Mixing(alpha))
        x, y = make_batches(own, data, draw_batches(own, data, BATCHES, seed))
        made[alpha] = {
            "feature": x.ravel().astype(np.float64),
            "label": y[:, :, 1].ravel().astype(np.float64),
        }
    curves, between = [], []
    for alpha, quantities in made.items():
        for quantity, values in quantities.items():
            known = {"quantity": quantity, "alpha": alpha}
            at, density = kernel_density(values, BANDWIDTHS[quantity])
            curves.append(pd.DataFrame({**known, "at": at, "density": density}))
            low, high = BETWEEN[quantity]
            between.append({**known, "share": ((values > low) & (values < high)).mean()})
    points = pd.DataFrame({"feature": feature, "label": label})
    return Densities(points, pd.concat(curves, ignore_index=True), pd.DataFrame(between))


def kernel_density(values: np.ndarray, bandwidth: float) -> tuple[np.ndarray, np.ndarray]:
    """Estimate a density with Gaussian kernels of a given standard deviation; gives places and densities."""
    kde = KDEUnivariate(values).fit(kernel="gau", bw=bandwidth, gridsize=256)
    return kde.support, kde.density
