"""Figure 1: what networks make of a minority ring inside a majority ring."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.datasets import make_circles

from remix.methods import Method
from remix.networks import MLP
from remix.protocol import LearningRateSchedule, Protocol
from remix.seeding import random_state
from remix.study.demonstrations.mini_batches import BATCH_SIZE, training_set
from remix.training import StackTrainer

NAME = "rings"
# Rows of the outer ring and of the inner one, the minority; its radius; standard deviation of the noise.
ROWS, RADIUS, NOISE = (300, 30), 0.5, 0.2
NETWORKS = 5
ARCHITECTURE = MLP(widths=(32, 32, 32), dropout=0.1)
EPOCHS = 100
# Points of the surface along each side of the square, and half the length of a side.
GRID, REACH = 101, 1.75
# The study's network and loss; the learning rate stays the same, so that the methods differ in their
# mini-batches and in nothing else.
# What is about folds has no effect here.
PROTOCOL = Protocol(
    splits=2,
    repeats=NETWORKS,
    validation_fraction=0.0,
    epochs=EPOCHS,
    batch_size=BATCH_SIZE,
    learning_rate=LearningRateSchedule(0.003, factor=0.5, patience=EPOCHS, minimum=0.003, min_delta=0.0),
    selection="last",
)


class Rings(NamedTuple):
    """Numbers of Figure 1.

    Attributes
    ----------
    points : DataFrame
        ``x1, x2, label``: the training rows; label 1 is the minority.
    surfaces : DataFrame
        ``method, network, x1, x2, p_minority`` on a grid, x1 moving fastest.
    regions : DataFrame
        ``method, network, area, steepness``; see `region`.
    """

    points: pd.DataFrame
    surfaces: pd.DataFrame
    regions: pd.DataFrame


def rings(methods: Mapping[str, Method], seed: int) -> Rings:
    """Train networks on the rings with each method, and look at their probability of the minority."""
    x, label = make_circles(
        ROWS, noise=NOISE, factor=RADIUS, shuffle=False, random_state=random_state(seed, "data", NAME)
    )
    axis = np.linspace(-REACH, REACH, GRID)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2).astype(np.float32)
    sets = [training_set(x, label, NAME, network) for network in range(NETWORKS)]
    surfaces, regions = [], []
    for name, method in methods.items():
        trainer = StackTrainer(
            sets,
            method,
            PROTOCOL,
            architecture=ARCHITECTURE,
            n_classes=2,
            batch_size=BATCH_SIZE,
            seed=seed,
        )
        for network, p in enumerate(trainer.run().predict([grid] * NETWORKS)):
            known = {"method": name, "network": network}
            surfaces.append(
                pd.DataFrame({**known, "x1": grid[:, 0], "x2": grid[:, 1], "p_minority": p[:, 1]})
            )
            regions.append({**known, **region(p[:, 1].reshape(GRID, GRID), axis[1] - axis[0])})
    points = pd.DataFrame({"x1": x[:, 0], "x2": x[:, 1], "label": label})
    return Rings(points, pd.concat(surfaces, ignore_index=True), pd.DataFrame(regions))


def region(surface: np.ndarray, spacing: float) -> dict[str, float]:
    """Measure where a surface is above one half, and how it gets there.

    Parameters
    ----------
    surface : ndarray, shape (n, n)
        Probability of the minority on a grid.
    spacing : float
        Distance of neighbouring grid points.

    Returns
    -------
    dict
        ``area``: share of the grid with a probability above 0.5. ``steepness``: length of the gradient,
        averaged over the grid points next to which the probability crosses 0.5 (NaN if it never does).

    Examples
    --------
    >>> region(np.tile([0.0, 0.25, 0.5, 0.75, 1.0], (5, 1)), spacing=0.5)
    {'area': 0.4, 'steepness': 0.5}
    """
    above = surface > 0.5
    boundary = np.zeros_like(above)
    for axis in (0, 1):
        crosses = np.diff(above, axis=axis)
        before, after = [(0, 1), (1, 0)]
        boundary |= np.pad(crosses, [before if axis == k else (0, 0) for k in (0, 1)])
        boundary |= np.pad(crosses, [after if axis == k else (0, 0) for k in (0, 1)])
    slope = np.hypot(*np.gradient(surface.astype(np.float64), spacing))
    steepness = float(slope[boundary].mean()) if boundary.any() else np.nan
    return {"area": float(above.mean()), "steepness": steepness}
