"""Learning rate of each fold of a stack, lowered on plateaus of its training loss."""

import numpy as np

from remix.protocol import LearningRateSchedule


class LearningRate:
    """Learning rate of each fold: reduced when its training loss has stopped falling.

    The rate is multiplied by ``factor`` after ``patience`` epochs in which the loss was not lower than the
    best so far by more than ``min_delta`` (Keras' ReduceLROnPlateau and its default of 1e-4).

    Parameters
    ----------
    schedule : LearningRateSchedule
        ``protocol.learning_rate``.
    stack : int
        Number of folds S.

    Attributes
    ----------
    rate : ndarray of float32, shape (S,)
    """

    def __init__(self, schedule: LearningRateSchedule, stack: int) -> None:
        self.schedule = schedule
        self.rate = np.full(stack, schedule.initial, np.float32)
        self.best = np.full(stack, np.inf)
        self.waited = np.zeros(stack, int)

    def forget(self) -> None:
        """Compare from now on with the losses to come; the rate stays as it is.

        To be called when the loss becomes another one, whose level says nothing about the former.
        """
        self.best = np.full_like(self.best, np.inf)
        self.waited = np.zeros_like(self.waited)

    def update(self, loss: np.ndarray) -> None:
        """Take note of an epoch's losses, shape (S,)."""
        better = loss < self.best - self.schedule.min_delta
        self.best = np.where(better, loss, self.best)
        self.waited = np.where(better, 0, self.waited + 1)
        due = self.waited >= self.schedule.patience
        lowered = np.maximum(self.rate * self.schedule.factor, self.schedule.minimum).astype(np.float32)
        self.rate = np.where(due, lowered, self.rate)
        self.waited[due] = 0
