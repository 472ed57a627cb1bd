"""Learning rate of each network of a stack, lowered on plateaus of its training loss."""

from typing import Any

import numpy as np

from remix.protocol import LearningRateSchedule


class LearningRate:
    """Learning rate of each network: reduced when its training loss has stopped falling.

    The rate is multiplied by ``factor`` after ``patience`` epochs in which the loss was not lower than the
    best so far by more than ``min_delta`` (Keras' ReduceLROnPlateau and its default of 1e-4).

    Parameters
    ----------
    schedule : LearningRateSchedule
        ``protocol.learning_rate``.
    stack : int
        Number of networks S.
    xp : module
        What computes: NumPy, or ``tf.experimental.numpy``, by which all stays on the device.

    Attributes
    ----------
    rate : array of float32, shape (S,)
    """

    def __init__(self, schedule: LearningRateSchedule, stack: int, xp: Any = np) -> None:
        self.schedule = schedule
        self.xp = xp
        self.rate = xp.full((stack,), schedule.initial, np.float32)
        self.best = xp.full((stack,), np.inf, np.float64)
        self.waited = xp.zeros((stack,), np.int64)

    def forget(self, networks: np.ndarray) -> None:
        """Compare some networks, marked (S,), with their losses to come; their rate stays as it is.

        To be called when the loss becomes another one, whose level says nothing about the former.
        """
        self.best = self.xp.where(networks, np.inf, self.best)
        self.waited = self.xp.where(networks, 0, self.waited)

    def update(self, losses: Any) -> None:
        """Take note of an epoch's losses, an array of shape (S,)."""
        xp, schedule = self.xp, self.schedule
        losses = xp.asarray(losses, np.float64)
        better = losses < self.best - schedule.min_delta
        self.best = xp.where(better, losses, self.best)
        self.waited = xp.where(better, 0, self.waited + 1)
        due = self.waited >= schedule.patience
        lowered = xp.maximum(self.rate * np.float32(schedule.factor), np.float32(schedule.minimum))
        self.rate = xp.where(due, lowered, self.rate)
        self.waited = xp.where(due, 0, self.waited)
