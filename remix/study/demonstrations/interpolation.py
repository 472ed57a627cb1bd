"""Figure 8: mixing two classes across a third gives rows whose label contradicts where they lie."""

import dataclasses
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.datasets import make_blobs
from sklearn.neighbors import NearestNeighbors

from remix.methods import Method
from remix.seeding import random_state
from remix.study.demonstrations.hulls import hull_corners, inside_hull
from remix.study.demonstrations.mini_batches import (
    alpha_of,
    draw_batches,
    make_batches,
    partners_of,
    shares_of,
    training_set,
)

NAME = "interpolation"
# Rows and centres of the three classes, and the standard deviation of all. The third lies between the others.
ROWS, CENTRES, DEVIATION = (120, 40, 60), [(-3.0, -1.0), (3.0, 1.0), (0.0, 0.0)], 0.55
THIRD = 2
BATCHES = 400
NEIGHBOURS = 15


class Interpolation(NamedTuple):
    """Numbers of Figure 8.

    Attributes
    ----------
    points : DataFrame
        ``x1, x2, label``: the training rows.
    samples : DataFrame
        ``alpha, batch, weight, x1, x2, p_0, p_1, p_2``: every row of every mini-batch; ``seed_x1, seed_x2,
        seed_label, partner_x1, partner_x2, partner_label``: the two rows that it was mixed from;
        ``nearest_label``: class of the nearest training row; ``harmful``: whether this class has no part in
        the label; ``example``: whether it is the one to show.
    hull : DataFrame
        ``x1, x2``: corners of the third class's convex hull, in order.
    around : DataFrame
        ``label, own, neighbours``: of each class, its part in the example's label and how many of the
        example's `NEIGHBOURS` nearest training rows are its. Empty if no sample is harmful.
    """

    points: pd.DataFrame
    samples: pd.DataFrame
    hull: pd.DataFrame
    around: pd.DataFrame


def interpolation(method: Method, seed: int) -> Interpolation:
    """Make mini-batches of three classes in a row, and find those of their rows that contradict the data."""
    x, label = make_blobs(
        ROWS,
        centers=np.array(CENTRES),
        cluster_std=DEVIATION,
        shuffle=False,
        random_state=random_state(seed, "data", NAME),
    )
    data = training_set(x, label, NAME)
    points = pd.DataFrame({"x1": x[:, 0], "x2": x[:, 1], "label": label})
    drawn = draw_batches(method, data, BATCHES, seed)
    mixed, soft = make_batches(method, data, drawn)
    # The same mini-batches before they were mixed.
    seeds, hard = make_batches(dataclasses.replace(method, mix=None), data, drawn)
    partners, of_partners = partners_of(method, data, drawn)
    rows = {"": mixed, "seed_": seeds, "partner_": partners}
    places = {f"{prefix}x{k + 1}": made[:, :, k].ravel() for prefix, made in rows.items() for k in (0, 1)}
    search = NearestNeighbors(n_neighbors=NEIGHBOURS).fit(data.features)
    nearest = label[search.kneighbors(mixed.reshape(-1, 2), n_neighbors=1, return_distance=False)[:, 0]]
    samples = pd.DataFrame(
        {
            "alpha": alpha_of(method),
            "batch": np.repeat(np.arange(BATCHES), mixed.shape[1]),
            "weight": shares_of(method, drawn).ravel(),
            **places,
            **{f"p_{k}": soft[:, :, k].ravel() for k in range(3)},
            "seed_label": hard.argmax(axis=2).ravel(),
            "partner_label": of_partners.argmax(axis=2).ravel(),
            "nearest_label": nearest,
        }
    )
    third = data.features[label == THIRD]
    parts = samples[["p_0", "p_1", "p_2"]].to_numpy()
    samples["harmful"] = np.take_along_axis(parts, nearest[:, None], axis=1)[:, 0] == 0
    samples["example"] = samples.index == _clearest(samples, third)
    around = []
    for _, example in samples[samples["example"]].iterrows():
        (found,) = search.kneighbors([[example["x1"], example["x2"]]], return_distance=False)
        around = [
            {"label": k, "own": example[f"p_{k}"], "neighbours": (label[found] == k).sum()} for k in range(3)
        ]
    hull = pd.DataFrame(hull_corners(third), columns=["x1", "x2"])
    return Interpolation(points, samples, hull, pd.DataFrame(around, columns=["label", "own", "neighbours"]))


def _clearest(samples: pd.DataFrame, third: np.ndarray) -> int:
    """Find the harmful sample deepest in the third class; -1 if there is none."""
    places = samples[["x1", "x2"]].to_numpy()
    distance = np.linalg.norm(places - third.mean(axis=0), axis=1)
    usable = samples["harmful"] & (samples["nearest_label"] == THIRD) & inside_hull(places, third)
    return int(np.where(usable, distance, np.inf).argmin()) if usable.any() else -1
