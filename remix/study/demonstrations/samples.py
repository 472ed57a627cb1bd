"""Figures 2 and 3: the rows that SMOTE and ReMix train on, where they lie and how they are labelled."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.datasets import make_blobs

from remix.methods import Method
from remix.seeding import random_state
from remix.study.demonstrations.hulls import hull_corners, inside_hull
from remix.study.demonstrations.mini_batches import (
    alpha_of,
    draw_batches,
    make_batches,
    shares_of,
    training_set,
)

NAME = "samples"
# Rows, centres and standard deviations of the majority and of the minority.
ROWS, CENTRES, SPREADS = (400, 40), [(-1.5, -0.4), (1.7, 0.6)], (1.0, 0.55)
BATCHES = 40
# A label further than this from 0 and from 1 counts as soft.
SOFT = 0.01


class Samples(NamedTuple):
    """Numbers of Figures 2 and 3.

    Attributes
    ----------
    points : DataFrame
        ``x1, x2, label``: the training rows; label 1 is the minority.
    hull : DataFrame
        ``x1, x2``: corners of the minority's convex hull, in order.
    batches : DataFrame
        ``method, alpha, batch, weight, x1, x2, p_minority, outside``: every row of every mini-batch.
        Batches of one number are made from the same drawn rows; ``weight`` is the λ of the batch (NaN without
        mixing); ``outside`` tells whether the row lies outside the hull.
    spread : DataFrame
        ``method, samples, soft, minority, minority_outside``: see `spread_of`.
    """

    points: pd.DataFrame
    hull: pd.DataFrame
    batches: pd.DataFrame
    spread: pd.DataFrame


def samples(methods: Mapping[str, Method], seed: int) -> Samples:
    """Make mini-batches of two overlapping classes with each method."""
    x, label = make_blobs(
        ROWS,
        centers=np.array(CENTRES),
        cluster_std=SPREADS,
        shuffle=False,
        random_state=random_state(seed, "data", NAME),
    )
    data = training_set(x, label, NAME)
    minority = data.features[label == 1]
    batches = []
    for name, method in methods.items():
        drawn = draw_batches(method, data, BATCHES, seed)
        made, labels = make_batches(method, data, drawn)
        flat = made.reshape(-1, 2)
        batches.append(
            pd.DataFrame(
                {
                    "method": name,
                    "alpha": alpha_of(method),
                    "batch": np.repeat(np.arange(BATCHES), made.shape[1]),
                    "weight": shares_of(method, drawn).ravel(),
                    "x1": flat[:, 0],
                    "x2": flat[:, 1],
                    "p_minority": labels[:, :, 1].ravel(),
                    "outside": ~inside_hull(flat, minority),
                }
            )
        )
    rows = pd.concat(batches, ignore_index=True)
    return Samples(
        pd.DataFrame({"x1": x[:, 0], "x2": x[:, 1], "label": label}),
        pd.DataFrame(hull_corners(minority), columns=["x1", "x2"]),
        rows,
        spread_of(rows),
    )


def spread_of(batches: pd.DataFrame) -> pd.DataFrame:
    """Count soft labels, and minority samples outside the minority's hull.

    Parameters
    ----------
    batches : DataFrame
        See `Samples`.

    Returns
    -------
    DataFrame
        ``method, samples, soft, minority, minority_outside``: rows in all mini-batches, the share of them
        with a soft label, the share whose label is at least half minority, and the share of these that lies
        outside.
    """
    lines = []
    for method, own in batches.groupby("method", sort=False):
        p, minority = own["p_minority"], own["p_minority"] >= 0.5
        lines.append(
            {
                "method": method,
                "samples": len(own),
                "soft": ((p > SOFT) & (p < 1 - SOFT)).mean(),
                "minority": minority.mean(),
                "minority_outside": own.loc[minority, "outside"].mean(),
            }
        )
    return pd.DataFrame(lines)
